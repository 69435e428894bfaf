-- titel:     Fællespostkasser uden ejer eller brug
-- spørgsmål: Er der fællespostkasser, som ingen svarer for, eller som ikke bliver brugt?
-- ejer:      Digital Arbejdsplads
-- hyppighed: kvartal
-- datasæt:   exchange.postkasser, exchange.tilladelser, graph.brugere
-- nøgle:     postkasse
-- stikprøve: alle
-- frist:     30 dage
-- minutter:  120
-- parameter: dage heltal 180 uden brug
-- Adgang gennem en liste regnes for at være til nogen. En postkasse uden nævnt ejer er kun et fund, når heller ingen har adgang til den.
WITH adgang AS (
  SELECT t.postkasse, count(*) FILTER (t.art = 'liste' OR u.accountEnabled) AS aktive, count(*) AS alle
  FROM   exchange.tilladelser AS t LEFT JOIN graph.brugere AS u ON u.id = t.user_id
  WHERE  t.ret = 'full' GROUP BY t.postkasse
)
SELECT p.postkasse, p.navn, p.sidst_brugt, coalesce(a.aktive, 0) AS kan_aabne_den, coalesce(a.alle, 0) - coalesce(a.aktive, 0) AS lukkede_konti,
       concat_ws(', ', CASE WHEN coalesce(p.sidst_brugt, p.oprettet) < $slut - CAST($dage AS INTEGER) THEN 'ikke brugt' END,
                 CASE WHEN coalesce(a.aktive, 0) = 0 THEN 'ingen kan åbne den' END,
                 CASE WHEN NOT coalesce(u.accountEnabled, true) THEN 'ejerens konto er lukket' END) AS hvorfor
FROM   exchange.postkasser AS p
LEFT   JOIN adgang AS a USING (postkasse)
LEFT   JOIN graph.brugere AS u ON u.id = p.ejer
WHERE  hvorfor <> ''
ORDER  BY p.sidst_brugt NULLS FIRST, p.postkasse
