// json-rules-engine: the three layers by priority, what they conclude as runtime facts (W1; it has no joins for W2).
'use strict'
const fs = require('fs')
const { Engine } = require('json-rules-engine')

const [, folder, count, answers] = process.argv.slice(2)
const test = (fact, operator, value, path) => (path ? { fact, operator, value, path: '$.' + path } : { fact, operator, value })
const of = (fact) => (path, operator, value) => test(fact, operator, value, path)
const [product, engineering, industry] = ['product', 'engineering', 'industry'].map(of)
const any = (...some) => ({ any: some })
const all = (...every) => ({ all: every })
const domain = (name) => product('domains', 'contains', name)
const need = (name) => test('needs', 'equal', true, name)
const holds = (rule) => test(rule, 'equal', true)
const fails = (rule) => test(rule, 'notEqual', true)
const atLeast = 'greaterThanInclusive'

const TRAITS = {
  r01: any(product('technical_complexity', 'equal', 'high'), product('uses_cutting_edge_tech', 'equal', true)),
  r02: any(domain('ml'), domain('security'), domain('hardware')),
  r03: any(domain('api'), product('platform_product', 'equal', true)),
  r04: all(product('integrations', atLeast, 6)),
  r05: all(engineering('team_size', atLeast, 30)),
  r06: all(engineering('teams', atLeast, 3)),
  r07: any(engineering('pm_engineer_communication', 'equal', 'poor'),
    all(engineering('pm_engineer_communication', 'equal', 'fair'), engineering('team_size', atLeast, 20))),
  r08: any(industry('rate_of_change', 'equal', 'fast'),
    all(industry('rate_of_change', 'equal', 'moderate'), industry('competition', 'equal', 'high'))),
  r09: any(need('technical_roadmap'), need('evaluate_new_tech')),
  r10: any(need('customer_research'), need('go_to_market'), need('pricing')),
  r11: any(engineering('delivery_risk', 'equal', 'high'),
    all(engineering('delivery_risk', 'equal', 'medium'), engineering('teams', atLeast, 5))),
  r12: all(industry('regulated', 'equal', true), any(domain('security'), domain('cloud'))),
  r13: all(product('stage', 'equal', 'idea')),
  r14: all(product('stage', 'equal', 'mature'), engineering('team_size', atLeast, 50)),
  r15: all(engineering('has_architect', 'equal', false), product('technical_complexity', 'notEqual', 'low')),
  r16: all(product('technical_complexity', 'equal', 'low'), product('uses_cutting_edge_tech', 'equal', false),
    product('integrations', 'lessThan', 3)),
  r17: any(industry('competition', 'equal', 'high'),
    all(industry('competition', 'equal', 'medium'), industry('rate_of_change', 'equal', 'fast'))),
  r18: all(product('domains', 'hasAtLeast', 4))
}
const EVIDENCE = {
  e1: ['tpm', 3, all(holds('r01'), holds('r09'))],
  e2: ['tpm', 2, all(holds('r02'), any(holds('r03'), holds('r04')))],
  e3: ['tpm', 2, all(any(holds('r05'), holds('r06')), holds('r07'))],
  e4: ['tpm', 1, all(holds('r15'), any(holds('r11'), holds('r12'), holds('r18')))],
  e5: ['pm', 3, all(holds('r10'), holds('r17'))],
  e6: ['pm', 2, all(holds('r13'), fails('r09'))],
  e7: ['pm', 2, all(any(holds('r16'), holds('r14')), fails('r07'))],
  e8: ['pm', 1, all(holds('r08'), need('stakeholder_alignment'))]
}
const CLAIMS = {
  d1: ['tpm', all(test('tpm', atLeast, 3), test('margin', atLeast, 2))],
  d2: ['pm', all(test('pm', atLeast, 3), test('margin', 'lessThanInclusive', -2))],
  d3: ['both', all(test('tpm', atLeast, 3), test('pm', atLeast, 3), test('margin', 'lessThan', 2), test('margin', 'greaterThan', -2))]
}
CLAIMS.d4 = ['insufficient', all(...Object.values(CLAIMS).map(([, conditions]) => ({ not: conditions })))]

const engine = new Engine([], { allowUndefinedFacts: true })
engine.addOperator('hasAtLeast', (list, count) => list.length >= count)
let state
const rule = (name, priority, conditions, then) =>
  engine.addRule({ name, priority, conditions, event: { type: name }, onSuccess: (event, almanac) => { state.fired.push(name); then(almanac) } })
for (const [name, conditions] of Object.entries(TRAITS)) rule(name, 4, conditions, (almanac) => almanac.addRuntimeFact(name, true))
for (const [name, [side, weight, conditions]] of Object.entries(EVIDENCE)) rule(name, 3, conditions, () => { state[side] += weight })
for (const [name, [claim, conditions]] of Object.entries(CLAIMS)) rule(name, 1, conditions, () => { state.claim = claim })
engine.addFact('tpm', () => state.tpm, { cache: false })
engine.addFact('pm', () => state.pm, { cache: false })
engine.addFact('margin', () => state.tpm - state.pm, { cache: false })

async function decide (facts) {
  state = { claim: null, fired: [], tpm: 0, pm: 0 }
  await engine.run({ product: facts.product, engineering: facts.engineering, industry: facts.industry, needs: facts.needs })
  return state
}

async function main () {
  const lines = fs.readFileSync(`${folder}/w1.jsonl`, 'utf8').split('\n', +count)
  const cases = lines.map((line) => JSON.parse(line).facts)
  for (const facts of cases.slice(0, 200)) await decide(facts)
  const before = process.cpuUsage()
  const found = []
  for (const facts of cases) found.push(await decide(facts))
  const used = process.cpuUsage(before)
  const laps = []
  for (const facts of cases.slice(0, 2000)) {
    const start = process.hrtime.bigint()
    await decide(facts)
    laps.push(Number(process.hrtime.bigint() - start) / 1e3)
  }
  laps.sort((a, b) => a - b)
  fs.writeFileSync(answers + '.jsonl', found.map(({ claim, fired }) => JSON.stringify([claim, fired.sort()]) + '\n').join(''))
  const lap = (share) => laps[Math.floor(laps.length * share)]
  console.log(JSON.stringify({ count: cases.length, cpu: (used.user + used.system) / 1e6, p50: lap(0.5), p99: lap(0.99) }))
}

main()
