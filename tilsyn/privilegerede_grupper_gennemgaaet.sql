-- titel:     Privilegerede grupper gennemgået
-- spørgsmål: Hvem har administratorrettigheder uden at burde have dem, og hvilke grupper har ingen ejer?
-- ejer:      Digital Arbejdsplads
-- hyppighed: kvartal
-- datasæt:   graph.grupper, graph.medlemmer, graph.brugere, timereg.ansaettelser
-- nøgle:     gruppe_id, konto_id
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  180
-- parameter: undtaget tekst svc-,brydglas konti, hvis navn begynder sådan, er tjenester eller nødkonti og gennemgås for sig
-- parameter: enheder tekst "" enheder, hvis medarbejdere må være i alle grupperne
-- Medlemmer tæller, uanset om de er i gruppen selv eller i en gruppe i den, og kun én gang. Enheden er den, som en af ejerne er i.
WITH ansat AS (
  SELECT bruger_id, list(DISTINCT enhed) AS enheder
  FROM   timereg.ansaettelser
  WHERE  fra <= $slut AND coalesce(til, $slut) >= $slut
  GROUP  BY bruger_id
), gruppe AS (
  SELECT g.group_id, g.navn, g.ejer_ids, flatten(list(a.enheder) FILTER (WHERE a.enheder IS NOT NULL)) AS enheder
  FROM   graph.grupper AS g
  LEFT   JOIN graph.brugere AS e ON list_contains(string_split(g.ejer_ids, ','), e.id)
  LEFT   JOIN ansat AS a ON a.bruger_id = e.bruger_id
  WHERE  g.privilegeret
  GROUP  BY ALL
), medlem AS (
  SELECT group_id, user_id, bool_or(via = 'direkte') AS direkte FROM graph.medlemmer WHERE art = 'person' GROUP BY ALL
), set_paa AS (
  SELECT g.group_id AS gruppe_id, g.navn AS gruppe, m.user_id AS konto_id, b.userPrincipalName AS konto, a.enheder, b.lastSignIn AS sidste_log_ind, m.direkte,
         CASE WHEN b.id IS NULL THEN 'kontoen er ikke i Entra længere'
              WHEN NOT b.accountEnabled THEN 'kontoen er lukket'
              WHEN b.userType = 'Guest' THEN 'gæst'
              WHEN a.bruger_id IS NULL THEN 'ikke ansat'
              WHEN g.ejer_ids IS NOT NULL AND NOT list_has_any(a.enheder, list_concat(coalesce(g.enheder, []), string_split($enheder, ',')))
              THEN 'en anden enhed end ejerens' END AS hvorfor
  FROM   gruppe AS g
  JOIN   medlem AS m USING (group_id)
  LEFT   JOIN graph.brugere AS b ON b.id = m.user_id
  LEFT   JOIN ansat AS a ON a.bruger_id = b.bruger_id
  WHERE  NOT list_bool_or(list_transform(string_split($undtaget, ','), lambda x: x <> '' AND starts_with(coalesce(b.userPrincipalName, ''), x)))
)
SELECT hvorfor, gruppe, konto, array_to_string(enheder, ', ') AS enhed, sidste_log_ind, direkte, gruppe_id, konto_id FROM set_paa WHERE hvorfor IS NOT NULL
UNION ALL
SELECT 'gruppen har ingen ejer', navn, NULL, NULL, NULL, NULL, group_id, '-' FROM gruppe WHERE ejer_ids IS NULL
ORDER  BY 1, 2, 3, konto_id
