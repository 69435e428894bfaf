-- titel:     Kreditorændringer godkendt af to
-- spørgsmål: Er hver ændring af konto, CVR og navn på en kreditor godkendt af en anden, før der blev betalt?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.kreditoraendringer, kvantum.kreditorer, kvantum.fakturaer (alt)
-- nøgle:     kreditor_nr, felt, aendret_tid
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  180
-- parameter: systemer tekst NEMKONTO,CVRSYNC,MIGRERING brugere, der ikke er mennesker
WITH aendring AS (
  SELECT *
  FROM   kvantum.kreditoraendringer
  WHERE  felt IN ('regnr', 'kontonr', 'iban', 'cvr', 'navn')
  AND    NOT list_contains(string_split($systemer, ','), aendret_af)
), betaling AS (  -- den første betaling efter ændringen
  SELECT a.kreditor_nr, a.felt, a.aendret_tid, min(f.betalt_dato) AS betalt
  FROM   aendring AS a JOIN kvantum.fakturaer AS f ON f.kreditor_nr = a.kreditor_nr AND f.betalt_dato >= CAST(a.aendret_tid AS DATE)
  GROUP  BY ALL
)
SELECT a.kreditor_nr, k.navn, a.felt, a.aendret_tid, a.aendret_af, a.godkendt_tid, a.godkendt_af, b.betalt AS foerste_betaling,
       CASE WHEN a.godkendt_af IS NULL THEN 'ikke godkendt'
            WHEN a.godkendt_af = a.aendret_af THEN 'godkendt af den, der ændrede'
            ELSE 'godkendt efter første betaling' END AS hvorfor
FROM   aendring AS a
LEFT   JOIN betaling AS b USING (kreditor_nr, felt, aendret_tid)
LEFT   JOIN kvantum.kreditorer AS k USING (kreditor_nr)
WHERE  a.godkendt_af IS NULL OR a.godkendt_af = a.aendret_af OR CAST(a.godkendt_tid AS DATE) > b.betalt
ORDER  BY hvorfor DESC, a.aendret_tid, a.kreditor_nr, a.felt
