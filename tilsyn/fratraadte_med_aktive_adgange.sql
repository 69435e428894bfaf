-- titel:     Fratrådte med aktive adgange
-- spørgsmål: Har nogen, der er fratrådt, stadig en åben konto eller licenser?
-- ejer:      Digital Arbejdsplads
-- hyppighed: måned
-- datasæt:   timereg.ansaettelser, graph.brugere, graph.licenser
-- nøgle:     bruger_id
-- stikprøve: alle
-- frist:     5 dage
-- minutter:  240
-- parameter: enhed tekst "" kun denne enhed
-- En person er fratrådt, når ingen ansættelse løber ved periodens slutning: genansatte og konsulenter er her endnu. Et bruger_id kan have
-- tilhørt en anden før, så det er den sidste ansættelse, der tæller. Kontoen er, som den er, når tilsynet køres.
WITH fratraadt AS (
  SELECT bruger_id, max(coalesce(til, DATE '9999-12-31')) AS til, arg_max(medarbejder_nr, fra) AS medarbejder_nr, arg_max(enhed, fra) AS enhed
  FROM   timereg.ansaettelser
  WHERE  fra <= $slut GROUP BY bruger_id
  HAVING max(coalesce(til, DATE '9999-12-31')) < $slut
), konto AS (
  SELECT b.id, b.bruger_id, b.employeeId, b.userPrincipalName, b.accountEnabled, b.lastSignIn, count(l.sku) AS licenser
  FROM   graph.brugere AS b LEFT JOIN graph.licenser AS l ON l.user_id = b.id
  GROUP  BY ALL
)
SELECT f.bruger_id, f.medarbejder_nr, f.enhed, f.til AS fratraadt, k.userPrincipalName AS konto, k.accountEnabled AS konto_aaben, k.licenser,
       k.lastSignIn AS sidste_log_ind, coalesce(CAST(k.lastSignIn AS DATE) > f.til, false) AS brugt_efter_fratraedelse
FROM   fratraadt AS f
JOIN   konto AS k ON k.bruger_id = f.bruger_id OR (k.bruger_id IS NULL AND k.employeeId = f.medarbejder_nr)
WHERE  (k.accountEnabled OR k.licenser > 0) AND ($enhed = '' OR f.enhed = $enhed)
ORDER  BY brugt_efter_fratraedelse DESC, f.til, f.bruger_id
