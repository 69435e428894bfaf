-- titel:     Køb over bemyndigelse
-- spørgsmål: Er der godkendt køb over grænsen, eller er køb delt, så de kommer under den?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.fakturaer, kvantum.bestillinger (alt), kvantum.bemyndigelser
-- nøgle:     bilag
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  150
-- parameter: dage heltal 14 så tæt skal bestillinger ligge for at ligne et delt køb
-- parameter: rammeaftaler tekst RA- aftalenumre, der begynder sådan, er træk på rammeaftaler
WITH faktura AS (  -- uden moms og kreditnotaer; omkostningsstedet står på bestillingen
  SELECT f.faktura_id, f.kreditor_nr, f.modtaget_dato, f.beloeb_ekskl, f.godkendt_af, b.omkostningssted
  FROM   kvantum.fakturaer AS f LEFT JOIN kvantum.bestillinger AS b USING (bestillingsnr)
  WHERE  f.beloeb_ekskl > 0 AND f.godkendt_af IS NOT NULL AND NOT starts_with(coalesce(b.aftale_nr, ''), $rammeaftaler)
), graense AS (
  SELECT f.faktura_id, max(g.beloebsgraense) AS graense
  FROM   faktura AS f
  JOIN   kvantum.bemyndigelser AS g ON g.bruger_id = f.godkendt_af AND f.modtaget_dato BETWEEN g.gyldig_fra AND g.gyldig_til
  AND    (f.omkostningssted IS NULL OR g.omkostningssted = f.omkostningssted)
  GROUP  BY f.faktura_id
), bestilling AS (
  SELECT b.bestillingsnr, b.kreditor_nr, b.dato, b.beloeb, b.rekvirent, b.godkender, max(g.beloebsgraense) AS graense
  FROM   kvantum.bestillinger AS b
  JOIN   kvantum.bemyndigelser AS g
  ON     g.bruger_id = b.godkender AND g.omkostningssted = b.omkostningssted AND b.dato BETWEEN g.gyldig_fra AND g.gyldig_til
  WHERE  NOT starts_with(coalesce(b.aftale_nr, ''), $rammeaftaler) AND b.beloeb > 0
  GROUP  BY ALL
  HAVING b.beloeb <= max(g.beloebsgraense)
), sammen AS (  -- hver bestilling med dem, der følger inden for dagene
  SELECT en.bestillingsnr, list(anden.bestillingsnr) AS dele, sum(anden.beloeb) AS i_alt, max(anden.dato) AS sidste
  FROM   bestilling AS en
  JOIN   bestilling AS anden
  ON     anden.kreditor_nr = en.kreditor_nr AND anden.rekvirent = en.rekvirent AND anden.dato BETWEEN en.dato AND en.dato + CAST($dage AS INTEGER)
  GROUP  BY en.bestillingsnr, en.graense
  HAVING count(*) > 1 AND sum(anden.beloeb) > en.graense
), delt AS (
  SELECT unnest(dele) AS bestillingsnr, i_alt FROM sammen WHERE sidste BETWEEN $start AND $slut
)
SELECT f.faktura_id AS bilag, f.kreditor_nr, f.modtaget_dato AS dato, f.beloeb_ekskl AS beloeb, g.graense, f.godkendt_af,
       CASE WHEN g.graense IS NULL THEN 'ingen gyldig bemyndigelse' ELSE 'over grænsen' END AS hvorfor
FROM   faktura AS f LEFT JOIN graense AS g USING (faktura_id)
WHERE  g.graense IS NULL OR f.beloeb_ekskl > g.graense
UNION  ALL
SELECT b.bestillingsnr, b.kreditor_nr, b.dato, max(d.i_alt), b.graense, b.godkender, 'delt køb: beløbet er summen'
FROM   delt AS d JOIN bestilling AS b USING (bestillingsnr)
GROUP  BY b.bestillingsnr, b.kreditor_nr, b.dato, b.graense, b.godkender
ORDER  BY beloeb DESC, bilag
