// Drools on W2: the executable model, compiled by javac; every join goes through a hash index.
import static org.drools.model.DSL.accFunction;
import static org.drools.model.DSL.accumulate;
import static org.drools.model.DSL.declarationOf;
import static org.drools.model.DSL.globalOf;
import static org.drools.model.DSL.on;
import static org.drools.model.PatternDSL.betaIndexedBy;
import static org.drools.model.PatternDSL.exists;
import static org.drools.model.PatternDSL.not;
import static org.drools.model.PatternDSL.pattern;
import static org.drools.model.PatternDSL.rule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.drools.core.base.accumulators.CountAccumulateFunction;
import org.drools.model.Global;
import org.drools.model.Index.ConstraintType;
import org.drools.model.Rule;
import org.drools.model.Variable;
import org.drools.model.impl.ModelImpl;
import org.drools.modelcompiler.KieBaseBuilder;
import org.kie.api.KieBase;
import org.kie.api.runtime.KieSession;

public final class Teams {
    public static class Team {
        public int id;
    }

    public static class Component {
        public int id, owner;
        public boolean critical, has_po;
    }

    public static class Dependency {
        public int src, dst;
    }

    public static class Case {
        public List<Team> team;
        public List<Component> component;
        public List<Dependency> dependency;
    }

    public record Crossing(int src, int dst, int from, int to) {}
    public record Unowned(int team) {}
    public record Loaded(int team) {}
    public record Risky(int src, int dst, int from) {}

    record Firing(String rule, int first, int second) {}

    static final class Answer {
        boolean needing, unowned;
        final List<Firing> fired = new ArrayList<>(64);

        void add(String rule, int first, int second) {
            fired.add(new Firing(rule, first, second));
        }
    }

    private static final Global<Answer> ANSWER = globalOf(Answer.class, "teams", "answer");
    private static final ConstraintType EQUAL = ConstraintType.EQUAL;

    private static KieBase build() {
        Variable<Team> team = declarationOf(Team.class);
        Variable<Component> source = declarationOf(Component.class), target = declarationOf(Component.class);
        Variable<Dependency> dependency = declarationOf(Dependency.class);
        Variable<Crossing> crossing = declarationOf(Crossing.class);
        Variable<Unowned> unowned = declarationOf(Unowned.class);
        Variable<Loaded> loaded = declarationOf(Loaded.class);
        Variable<Risky> risky = declarationOf(Risky.class);
        Variable<Long> count = declarationOf(Long.class);
        List<Rule> rules = List.of(
            rule("j1").attribute(Rule.Attribute.SALIENCE, 3).build(
                pattern(dependency),
                pattern(source).expr("1a", dependency, (c, d) -> c.id == d.src, betaIndexedBy(int.class, EQUAL, 0, c -> c.id, d -> d.src)),
                pattern(target).expr("1b", dependency, (c, d) -> c.id == d.dst, betaIndexedBy(int.class, EQUAL, 1, c -> c.id, d -> d.dst))
                    .expr("1c", source, (c, other) -> c.owner != other.owner),
                on(dependency, source, target, ANSWER).execute((drools, d, a, b, answer) -> {
                    drools.insert(new Crossing(d.src, d.dst, a.owner, b.owner));
                    answer.add("j1", d.src, d.dst);
                })),
            rule("j2").attribute(Rule.Attribute.SALIENCE, 3).build(
                pattern(team),
                not(pattern(source).expr("2a", c -> c.has_po)
                    .expr("2b", team, (c, t) -> c.owner == t.id, betaIndexedBy(int.class, EQUAL, 2, c -> c.owner, t -> t.id))),
                on(team, ANSWER).execute((drools, t, answer) -> {
                    drools.insert(new Unowned(t.id));
                    answer.unowned = true;
                    answer.add("j2", t.id, -1);
                })),
            rule("j3").attribute(Rule.Attribute.SALIENCE, 2).build(
                pattern(team),
                accumulate(
                    pattern(crossing).expr("3a", team, (x, t) -> x.from() == t.id, betaIndexedBy(int.class, EQUAL, 3, Crossing::from, t -> t.id)),
                    accFunction(CountAccumulateFunction::new, crossing).as(count)),
                pattern(count).expr("3b", n -> n >= 3),
                on(team, ANSWER).execute((drools, t, answer) -> {
                    drools.insert(new Loaded(t.id));
                    answer.add("j3", t.id, -1);
                })),
            rule("j4").attribute(Rule.Attribute.SALIENCE, 2).build(
                pattern(unowned),
                pattern(crossing).expr("4", unowned, (x, u) -> x.to() == u.team(), betaIndexedBy(int.class, EQUAL, 4, Crossing::to, Unowned::team)),
                on(crossing, ANSWER).execute((drools, x, answer) -> {
                    drools.insert(new Risky(x.src(), x.dst(), x.from()));
                    answer.add("j4", x.src(), x.dst());
                })),
            rule("j5").attribute(Rule.Attribute.SALIENCE, 1).build(
                pattern(loaded),
                pattern(source).expr("5a", c -> c.critical)
                    .expr("5b", loaded, (c, l) -> c.owner == l.team(), betaIndexedBy(int.class, EQUAL, 5, c -> c.owner, Loaded::team)),
                exists(pattern(crossing).expr("5c", source, (x, c) -> x.src() == c.id, betaIndexedBy(int.class, EQUAL, 6, Crossing::src, c -> c.id))),
                on(source, ANSWER).execute((c, answer) -> answer.add("j5", c.id, -1))),
            rule("j6").attribute(Rule.Attribute.SALIENCE, 1).build(
                pattern(loaded),
                exists(pattern(risky).expr("6", loaded, (r, l) -> r.from() == l.team(), betaIndexedBy(int.class, EQUAL, 7, Risky::from, Loaded::team))),
                on(loaded, ANSWER).execute((l, answer) -> {
                    answer.needing = true;
                    answer.add("j6", l.team(), -1);
                })));
        ModelImpl model = new ModelImpl().addGlobal(ANSWER);
        rules.forEach(model::addRule);
        return KieBaseBuilder.createKieBaseFromModel(model);
    }

    public static void main(String[] task) throws Exception {
        KieBase base = build();
        Comparator<Firing> order = Comparator.comparing(Firing::rule).thenComparing(Firing::first).thenComparing(Firing::second);
        Harness.run(task, Case.class, each -> {
            KieSession session = base.newKieSession();
            Answer answer = new Answer();
            session.setGlobal("answer", answer);
            each.team.forEach(session::insert);
            each.component.forEach(session::insert);
            each.dependency.forEach(session::insert);
            session.fireAllRules();
            session.dispose();
            return answer;
        }, answer -> {
            answer.fired.sort(order);
            List<Object> fired = new ArrayList<>();
            for (Firing each : answer.fired) fired.add(List.of(each.rule(), each.first(), each.second()));
            return List.of(answer.needing ? "tpm" : answer.unowned ? "pm" : "none", fired);
        });
    }
}
