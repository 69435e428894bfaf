-- titel:     Post ikke journaliseret i tide
-- spørgsmål: Hvilke mails i fællespostkasserne er ikke journaliseret inden for fristen?
-- ejer:      Koncern IT
-- hyppighed: måned
-- datasæt:   exchange.poststatus (3 måneder før), edoc.dokumenter (3 måneder før), kalender.dage (3 måneder før)
-- nøgle:     postkasse, besked_id
-- stikprøve: 29 tilfældige
-- frist:     14 dage
-- minutter:  180
-- parameter: dage heltal 5 arbejdsdage, til en mail skal være journaliseret
-- parameter: uden tekst Nyhedsbrev,Spam,Praktisk kategorier, der ikke hører til en sag
-- En mail hører til den periode, hvor dens frist er. Ligger den i eDoc, når tilsynet køres, er den journaliseret, også hvis mærket er taget af den.
-- Om den burde ligge på en sag, kan kun et menneske sige: derfor en stikprøve.
WITH arbejdsdag AS (
  SELECT dato, row_number() OVER (ORDER BY dato) AS nr FROM kalender.dage WHERE ugedag < 6 AND helligdag IS NULL AND NOT lukkedag
), post AS (
  SELECT p.postkasse, p.besked_id, max(p.modtaget) AS modtaget, any_value(p.kategori) AS kategori
  FROM   exchange.poststatus AS p
  WHERE  p.journal_status <> 'journaliseret'
  AND    NOT list_has_any(string_split(coalesce(p.kategori, ''), ','), string_split($uden, ','))
  AND    NOT EXISTS (FROM edoc.dokumenter AS d WHERE d.besked_id = p.besked_id)
  GROUP  BY p.postkasse, p.besked_id
)
SELECT p.postkasse, p.modtaget, frist.dato AS frist, date_diff('day', frist.dato, $slut) AS dage_over, p.kategori, p.besked_id
FROM   post AS p
ASOF   JOIN arbejdsdag AS kom ON CAST(p.modtaget AS DATE) >= kom.dato
JOIN   arbejdsdag AS frist ON frist.nr = kom.nr + $dage
WHERE  frist.dato BETWEEN $start AND $slut - 1
ORDER  BY p.modtaget, p.postkasse, p.besked_id
