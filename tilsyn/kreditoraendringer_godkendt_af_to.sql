-- titel:     Kreditorændringer godkendt af to
-- spørgsmål: Er hver ændring af konto, CVR og navn på en kreditor godkendt af en anden, før der blev betalt, og er kontoen kreditorens egen?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.kreditoraendringer, kvantum.kreditorer, kvantum.fakturaer (alt)
-- nøgle:     kreditor_nr, felt, aendret_tid
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  180
-- parameter: systemer tekst NEMKONTO,CVRSYNC,MIGRERING brugere, der ikke er mennesker
-- parameter: hurtigt heltal 5 dage fra en ny konto til en betaling; -1 ser bort fra det
-- parameter: faelles tekst "" konti, som flere må have, fx et factoringselskabs: 1234-0001234567, adskilt af komma
-- En kreditor er en medarbejder, når nummeret begynder med 09, og der ikke er noget CVR. Den samme virksomhed to gange har samme CVR og er ikke et fund.
WITH aendring AS (
  SELECT kreditor_nr, felt, aendret_tid, aendret_af, godkendt_tid, godkendt_af
  FROM   kvantum.kreditoraendringer
  WHERE  felt IN ('regnr', 'kontonr', 'iban', 'cvr', 'navn')
  AND    NOT list_contains(string_split($systemer, ','), aendret_af)
), betaling AS (  -- den første betaling efter ændringen
  SELECT a.kreditor_nr, a.felt, a.aendret_tid, min(f.betalt_dato) AS betalt
  FROM   aendring AS a JOIN kvantum.fakturaer AS f ON f.kreditor_nr = a.kreditor_nr AND f.betalt_dato >= CAST(a.aendret_tid AS DATE)
  GROUP  BY ALL
), delt AS (  -- kreditorer, hvis konto også er en andens
  SELECT k.kreditor_nr, bool_or(a.kreditor_nr LIKE '09%' AND a.cvr IS NULL) AS medarbejders
  FROM   kvantum.kreditorer AS k
  JOIN   kvantum.kreditorer AS a ON a.regnr = k.regnr AND a.kontonr = k.kontonr AND a.kreditor_nr <> k.kreditor_nr AND a.cvr IS DISTINCT FROM k.cvr
  WHERE  NOT list_contains(string_split($faelles, ','), concat(k.regnr, '-', k.kontonr))
  GROUP  BY k.kreditor_nr
), alle AS (
  SELECT * FROM aendring
  UNION  ALL
  SELECT k.kreditor_nr, 'oprettet', CAST(k.oprettet_dato AS TIMESTAMP), k.oprettet_af, NULL, NULL
  FROM   kvantum.kreditorer AS k JOIN delt USING (kreditor_nr)
  WHERE  k.oprettet_dato BETWEEN $start AND $slut
), set_paa AS (
  SELECT a.*, b.betalt,
         CASE WHEN a.felt <> 'oprettet' AND a.godkendt_af IS NULL THEN 'ikke godkendt'
              WHEN a.godkendt_af = a.aendret_af THEN 'godkendt af den, der ændrede'
              WHEN CAST(a.godkendt_tid AS DATE) > b.betalt THEN 'godkendt efter første betaling'
              WHEN a.felt IN ('regnr', 'kontonr', 'iban', 'oprettet') AND d.medarbejders THEN 'kontoen er en medarbejders'
              WHEN a.felt IN ('regnr', 'kontonr', 'iban', 'oprettet') AND d.kreditor_nr IS NOT NULL THEN 'kontoen er også en anden kreditors'
              WHEN a.felt IN ('regnr', 'kontonr', 'iban') AND date_diff('day', CAST(a.aendret_tid AS DATE), b.betalt) <= $hurtigt
              THEN 'betalt kort efter, at kontoen blev ændret' END AS hvorfor
  FROM   alle AS a
  LEFT   JOIN betaling AS b USING (kreditor_nr, felt, aendret_tid)
  LEFT   JOIN delt AS d USING (kreditor_nr)
)
SELECT s.kreditor_nr, k.navn, s.felt, s.aendret_tid, s.aendret_af, s.godkendt_tid, s.godkendt_af, s.betalt AS foerste_betaling, s.hvorfor
FROM   set_paa AS s LEFT JOIN kvantum.kreditorer AS k USING (kreditor_nr)
WHERE  s.hvorfor IS NOT NULL
ORDER  BY s.hvorfor LIKE 'betalt%', s.hvorfor DESC, s.aendret_tid, s.kreditor_nr, s.felt
