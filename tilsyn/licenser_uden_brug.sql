-- titel:     Licenser uden brug i 90 dage
-- spørgsmål: Hvilke licenser betaler vi for, uden at nogen bruger dem?
-- ejer:      Digital Arbejdsplads
-- hyppighed: kvartal
-- datasæt:   graph.licenser, graph.brugere, timereg.fravaer
-- nøgle:     konto
-- stikprøve: alle
-- frist:     30 dage
-- minutter:  90
-- parameter: dage heltal 90 uden log-in
-- parameter: gratis tekst FLOW_FREE,POWER_BI_STANDARD,TEAMS_EXPLORATORY licenser, der ikke koster noget
-- parameter: priser tekst SPE_E3=270,VISIOCLIENT=115,PROJECTPROFESSIONAL=215,POWER_BI_PRO=75 listepriser i kroner om måneden; ret dem til aftalens
-- En licens fra en gruppe fjernes på gruppen og er ikke med. Den, der er på lang orlov, har en grund.
WITH pris AS (
  SELECT split_part(par, '=', 1) AS sku, TRY_CAST(split_part(par, '=', 2) AS DECIMAL(18, 2)) AS kroner
  FROM   (SELECT unnest(string_split($priser, ',')) AS par)
), ubrugt AS (
  SELECT * FROM graph.brugere
  WHERE  accountEnabled AND userType = 'Member'
  AND    coalesce(lastSignIn, createdDateTime) < $slut - CAST($dage AS INTEGER)
), orlov AS (
  SELECT DISTINCT medarbejder_nr FROM timereg.fravaer WHERE omfang_pct = 100 AND $slut BETWEEN fra AND til AND til - fra >= $dage
)
SELECT b.userPrincipalName AS konto, b.lastSignIn AS sidste_log_ind, date_diff('day', CAST(coalesce(b.lastSignIn, b.createdDateTime) AS DATE), $slut) AS dage_siden,
       string_agg(l.sku, ', ' ORDER BY l.sku) AS licenser, CAST(12 * sum(p.kroner) AS DECIMAL(18, 2)) AS kroner_om_aaret
FROM   ubrugt AS b
JOIN   graph.licenser AS l ON l.user_id = b.id
LEFT   JOIN pris AS p ON p.sku = l.sku
WHERE  l.tildelt_via = 'direkte' AND NOT list_contains(string_split($gratis, ','), l.sku)
AND    NOT EXISTS (FROM orlov AS o WHERE o.medarbejder_nr = b.employeeId)
GROUP  BY b.userPrincipalName, b.lastSignIn, b.createdDateTime
ORDER  BY kroner_om_aaret DESC NULLS LAST, dage_siden DESC, konto
