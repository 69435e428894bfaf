-- titel:     Konsulentfakturaer mod timer
-- spørgsmål: Passer konsulenternes fakturaer med godkendte timer gange timepris?
-- ejer:      Koncern IT
-- hyppighed: kvartal
-- datasæt:   kvantum.fakturaer (alt), kvantum.bestillinger (alt), kvantum.kreditorer, timereg.registreringer
-- nøgle:     kreditor_nr, bestillingsnr, maaned
-- stikprøve: alle
-- frist:     30 dage
-- minutter:  150
-- parameter: timepris tal 950 kroner i timen uden moms, som i aftalerne
-- parameter: procent tal 2 tolerance
-- parameter: kroner tal 1000 tolerance
-- parameter: dage heltal 15 så længe efter månedens slutning kan fakturaen komme
WITH aftale AS (  -- fast pris (FAST-) har ingen timer
  SELECT bestillingsnr, kreditor_nr FROM kvantum.bestillinger WHERE starts_with(aftale_nr, 'KONS-') GROUP BY ALL
), faktureret AS (
  SELECT f.bestillingsnr, CAST(date_trunc('month', f.modtaget_dato - CAST($dage AS INTEGER)) AS DATE) AS maaned, sum(f.beloeb_ekskl) AS beloeb
  FROM   kvantum.fakturaer AS f JOIN aftale USING (bestillingsnr) GROUP BY ALL
), arbejdet AS (
  SELECT r.opgave_nr AS bestillingsnr, CAST(date_trunc('month', r.dato) AS DATE) AS maaned, sum(r.timer) AS timer
  FROM   timereg.registreringer AS r JOIN aftale AS a ON a.bestillingsnr = r.opgave_nr
  WHERE  r.status = 'godkendt' GROUP BY ALL
), maaned AS (
  SELECT bestillingsnr, maaned, coalesce(t.timer, 0) AS timer, coalesce(f.beloeb, 0) AS faktureret,
         CAST(coalesce(t.timer, 0) * $timepris AS DECIMAL(18,2)) AS forventet
  FROM   arbejdet AS t FULL JOIN faktureret AS f USING (bestillingsnr, maaned)
)
SELECT a.kreditor_nr, m.bestillingsnr, m.maaned, k.navn AS kreditor, m.timer, m.forventet, m.faktureret, m.faktureret - m.forventet AS forskel
FROM   maaned AS m JOIN aftale AS a USING (bestillingsnr) JOIN kvantum.kreditorer AS k USING (kreditor_nr)
WHERE  m.maaned BETWEEN $start AND $slut
AND    (abs(m.faktureret - m.forventet) > $kroner OR abs(m.faktureret - m.forventet) * 100 > $procent * m.forventet)
ORDER  BY abs(m.faktureret - m.forventet) DESC, m.bestillingsnr, m.maaned
