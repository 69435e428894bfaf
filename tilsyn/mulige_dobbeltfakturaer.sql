-- titel:     Mulige dobbeltfakturaer
-- spørgsmål: Har vi fået den samme faktura to gange?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.fakturaer (24 måneder før), kvantum.kreditorer
-- nøgle:     foerste, anden
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  120
-- parameter: dage heltal 7 så tæt skal to fakturaer på samme beløb ligge
-- parameter: udlignet heltal 60 så mange dage efter kan en kreditnota udligne
WITH faktura AS (  -- nummeret uden tegn og foranstillede nuller, så F-12, f 12 og 0012 kan sammenlignes
  SELECT f.*, k.cvr, k.kontonr, ltrim(regexp_replace(upper(f.faktura_nr), '[^0-9A-ZÆØÅ]', '', 'g'), '0') AS nummer
  FROM   kvantum.fakturaer AS f JOIN kvantum.kreditorer AS k USING (kreditor_nr)
  WHERE  f.beloeb_ekskl > 0
), par AS (
  SELECT a.faktura_id AS foerste, b.faktura_id AS anden, 'samme nummer' AS hvorfor
  FROM   faktura AS a JOIN faktura AS b ON b.kreditor_nr = a.kreditor_nr AND b.nummer = a.nummer
  WHERE  (a.modtaget_dato, a.faktura_id) < (b.modtaget_dato, b.faktura_id)
  UNION  ALL
  SELECT a.faktura_id, b.faktura_id, 'samme beløb'
  FROM   faktura AS a JOIN faktura AS b ON b.kreditor_nr = a.kreditor_nr AND b.beloeb_inkl = a.beloeb_inkl
  WHERE  (a.modtaget_dato, a.faktura_id) < (b.modtaget_dato, b.faktura_id)
  AND    abs(date_diff('day', a.fakturadato, b.fakturadato)) <= $dage
  AND    coalesce(b.bestillingsnr = a.bestillingsnr, true)  -- på hver sin bestilling er det to køb
  UNION  ALL
  SELECT a.faktura_id, b.faktura_id, 'samme nummer og beløb på to kreditorer'
  FROM   faktura AS a JOIN faktura AS b ON b.nummer = a.nummer AND b.beloeb_inkl = a.beloeb_inkl AND b.kreditor_nr <> a.kreditor_nr
  WHERE  (a.modtaget_dato, a.faktura_id) < (b.modtaget_dato, b.faktura_id)
  AND    (b.cvr = a.cvr OR b.kontonr = a.kontonr)
)
SELECT p.foerste, p.anden, k.navn AS kreditor, a.faktura_nr AS foerste_nummer, b.faktura_nr AS andet_nummer, a.modtaget_dato AS foerst_modtaget,
       b.modtaget_dato AS sidst_modtaget, b.beloeb_inkl AS beloeb, b.betalt_dato AS betalt, min(p.hvorfor) AS hvorfor
FROM   par AS p
JOIN   faktura AS a ON a.faktura_id = p.foerste
JOIN   faktura AS b ON b.faktura_id = p.anden
JOIN   kvantum.kreditorer AS k ON k.kreditor_nr = b.kreditor_nr
WHERE  b.modtaget_dato BETWEEN $start AND $slut
AND    NOT EXISTS (  -- udlignet af en kreditnota
         FROM  kvantum.fakturaer AS n
         WHERE n.kreditor_nr = b.kreditor_nr AND n.beloeb_inkl = -b.beloeb_inkl
         AND   n.modtaget_dato BETWEEN a.modtaget_dato AND b.modtaget_dato + CAST($udlignet AS INTEGER)
       )
GROUP  BY ALL
ORDER  BY beloeb DESC, p.foerste, p.anden
