// Drools on W1: the executable model, compiled by javac; traits and evidence are facts, weights are summed as rules fire.
import static org.drools.model.DSL.declarationOf;
import static org.drools.model.DSL.globalOf;
import static org.drools.model.DSL.on;
import static org.drools.model.PatternDSL.alphaIndexedBy;
import static org.drools.model.PatternDSL.exists;
import static org.drools.model.PatternDSL.not;
import static org.drools.model.PatternDSL.pattern;
import static org.drools.model.PatternDSL.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.drools.model.Global;
import org.drools.model.Index.ConstraintType;
import org.drools.model.PatternDSL.PatternDef;
import org.drools.model.Rule;
import org.drools.model.RuleItemBuilder;
import org.drools.model.functions.Predicate1;
import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase;
import org.kie.api.runtime.KieSession;

public final class Hiring {
    public static class Product {
        public String technical_complexity, stage;
        public boolean uses_cutting_edge_tech, platform_product;
        public List<String> domains;
        public int integrations;

        boolean has(String... names) {
            for (String name : names) if (domains.contains(name)) return true;
            return false;
        }
    }

    public static class Engineering {
        public int team_size, teams;
        public String pm_engineer_communication, delivery_risk;
        public boolean has_architect;
    }

    public static class Industry {
        public String rate_of_change, competition;
        public boolean regulated;
    }

    public static class Needs {
        public boolean technical_roadmap, customer_research, go_to_market, evaluate_new_tech, stakeholder_alignment, pricing;
    }

    public static class Case {
        public Product product;
        public Engineering engineering;
        public Industry industry;
        public Needs needs;
    }

    public record Trait(String name) {}

    public record Sums(int tpm, int pm) {
        boolean first() { return tpm >= 3 && tpm - pm >= 2; }
        boolean second() { return pm >= 3 && pm - tpm >= 2; }
        boolean both() { return tpm >= 3 && pm >= 3 && Math.abs(tpm - pm) < 2; }
    }

    static final class Answer {
        String claim;
        int tpm, pm;
        final List<String> fired = new ArrayList<>(16);
    }

    private static final Global<Answer> ANSWER = globalOf(Answer.class, "hiring", "answer");
    private final List<Rule> rules = new ArrayList<>();

    private static RuleItemBuilder<?>[] then(RuleItemBuilder<?>[] when, RuleItemBuilder<?> consequence) {
        RuleItemBuilder<?>[] all = Arrays.copyOf(when, when.length + 1);
        all[when.length] = consequence;
        return all;
    }

    private static <T> PatternDef<T> a(Class<T> kind, String id, Predicate1<T> test) {
        return pattern(declarationOf(kind)).expr(id, test);
    }

    private static PatternDef<Trait> trait(String name) {
        return pattern(declarationOf(Trait.class)).expr(
            "trait " + name, each -> each.name().equals(name),
            alphaIndexedBy(String.class, ConstraintType.EQUAL, 0, Trait::name, name));
    }

    private static RuleItemBuilder<?> any(String... names) {
        List<String> wanted = List.of(names);
        return exists(pattern(declarationOf(Trait.class)).expr("any " + wanted, each -> wanted.contains(each.name())));
    }

    private void derive(String id, String name, RuleItemBuilder<?>... when) {
        rules.add(rule(id).attribute(Rule.Attribute.SALIENCE, 4).build(then(when, on(ANSWER).execute((drools, answer) -> {
            drools.insert(new Trait(name));
            answer.fired.add(id);
        }))));
    }

    private void weigh(String id, boolean technical, int weight, RuleItemBuilder<?>... when) {
        rules.add(rule(id).attribute(Rule.Attribute.SALIENCE, 3).build(then(when, on(ANSWER).execute(answer -> {
            if (technical) answer.tpm += weight;
            else answer.pm += weight;
            answer.fired.add(id);
        }))));
    }

    private void claim(String id, String claim, Predicate1<Sums> test) {
        rules.add(rule(id).attribute(Rule.Attribute.SALIENCE, 1).build(a(Sums.class, id, test), on(ANSWER).execute(answer -> {
            answer.claim = claim;
            answer.fired.add(id);
        })));
    }

    private KieBase build() {
        derive("r01", "complexity_high", a(Product.class, "1", p -> p.technical_complexity.equals("high") || p.uses_cutting_edge_tech));
        derive("r02", "domain_deep", a(Product.class, "2", p -> p.has("ml", "security", "hardware")));
        derive("r03", "api_platform", a(Product.class, "3", p -> p.platform_product || p.has("api")));
        derive("r04", "integration_heavy", a(Product.class, "4", p -> p.integrations >= 6));
        derive("r05", "large_team", a(Engineering.class, "5", e -> e.team_size >= 30));
        derive("r06", "multi_team", a(Engineering.class, "6", e -> e.teams >= 3));
        derive("r07", "comm_weak", a(Engineering.class, "7", e -> e.pm_engineer_communication.equals("poor")
            || (e.pm_engineer_communication.equals("fair") && e.team_size >= 20)));
        derive("r08", "fast_industry", a(Industry.class, "8", i -> i.rate_of_change.equals("fast")
            || (i.rate_of_change.equals("moderate") && i.competition.equals("high"))));
        derive("r09", "needs_tech_direction", a(Needs.class, "9", n -> n.technical_roadmap || n.evaluate_new_tech));
        derive("r10", "needs_market", a(Needs.class, "10", n -> n.customer_research || n.go_to_market || n.pricing));
        derive("r11", "delivery_pressure", a(Engineering.class, "11", e -> e.delivery_risk.equals("high")
            || (e.delivery_risk.equals("medium") && e.teams >= 5)));
        derive("r12", "compliance", a(Industry.class, "12", i -> i.regulated), a(Product.class, "12b", p -> p.has("security", "cloud")));
        derive("r13", "early_stage", a(Product.class, "13", p -> p.stage.equals("idea")));
        derive("r14", "mature_scale", a(Product.class, "14", p -> p.stage.equals("mature")), a(Engineering.class, "14b", e -> e.team_size >= 50));
        derive("r15", "architect_gap", a(Engineering.class, "15", e -> !e.has_architect),
            a(Product.class, "15b", p -> !p.technical_complexity.equals("low")));
        derive("r16", "simple_product", a(Product.class, "16", p -> p.technical_complexity.equals("low")
            && !p.uses_cutting_edge_tech && p.integrations < 3));
        derive("r17", "competitive_market", a(Industry.class, "17", i -> i.competition.equals("high")
            || (i.competition.equals("medium") && i.rate_of_change.equals("fast"))));
        derive("r18", "broad_stack", a(Product.class, "18", p -> p.domains.size() >= 4));
        weigh("e1", true, 3, trait("complexity_high"), trait("needs_tech_direction"));
        weigh("e2", true, 2, trait("domain_deep"), any("api_platform", "integration_heavy"));
        weigh("e3", true, 2, trait("comm_weak"), any("large_team", "multi_team"));
        weigh("e4", true, 1, trait("architect_gap"), any("delivery_pressure", "compliance", "broad_stack"));
        weigh("e5", false, 3, trait("needs_market"), trait("competitive_market"));
        weigh("e6", false, 2, trait("early_stage"), not(trait("needs_tech_direction")));
        weigh("e7", false, 2, pattern(declarationOf(Product.class)), any("simple_product", "mature_scale"), not(trait("comm_weak")));
        weigh("e8", false, 1, trait("fast_industry"), a(Needs.class, "e8", n -> n.stakeholder_alignment));
        rules.add(rule("sums").attribute(Rule.Attribute.SALIENCE, 2).build(pattern(declarationOf(Product.class)),
            on(ANSWER).execute((drools, answer) -> drools.insert(new Sums(answer.tpm, answer.pm)))));
        claim("d1", "tpm", Sums::first);
        claim("d2", "pm", Sums::second);
        claim("d3", "both", Sums::both);
        claim("d4", "insufficient", s -> !s.first() && !s.second() && !s.both());
        ModelImpl model = new ModelImpl().addGlobal(ANSWER);
        rules.forEach(model::addRule);
        return KieBaseBuilder.createKieBaseFromModel(model);
    }

    public static void main(String[] task) throws Exception {
        KieBase base = new Hiring().build();
        Harness.run(task, Case.class, each -> {
            KieSession session = base.newKieSession();
            Answer answer = new Answer();
            session.setGlobal("answer", answer);
            for (Object record : new Object[] {each.product, each.engineering, each.industry, each.needs}) session.insert(record);
            session.fireAllRules();
            session.dispose();
            return answer;
        }, answer -> {
            Collections.sort(answer.fired);
            return List.of(answer.claim, answer.fired);
        });
    }
}
