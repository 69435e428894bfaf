-- titel:     Indkøbskort på fridage og under fravær
-- spørgsmål: Er der købt ind med kort i weekender, på helligdage eller under fravær?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.posteringer, timereg.ansaettelser, timereg.fravaer, kalender.dage (3 måneder før)
-- nøgle:     regnskabsaar, bilagsnr
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  60
-- parameter: undtaget tekst webshop køb, hvis tekst begynder sådan, er ikke købt i en butik
WITH koeb AS (  -- købsdagen og ikke den dag, det blev bogført
  SELECT regnskabsaar, bilagsnr, bilagsdato AS koebt, oprettet_af AS kortholder, tekst, beloeb
  FROM   kvantum.posteringer
  WHERE  kort_id IS NOT NULL AND NOT starts_with(lower(coalesce(tekst, '')), lower($undtaget))
), fravaer AS (
  SELECT upper(left(a.bruger_id, 12)) AS kortholder, f.fra, f.til, f.art
  FROM   timereg.fravaer AS f
  JOIN   timereg.ansaettelser AS a ON a.medarbejder_nr = f.medarbejder_nr AND f.fra BETWEEN a.fra AND coalesce(a.til, DATE '9999-12-31')
  WHERE  f.omfang_pct = 100
)
SELECT k.regnskabsaar, k.bilagsnr, k.koebt, k.kortholder, k.tekst, k.beloeb,
       coalesce(d.helligdag, CASE WHEN d.ugedag > 5 THEN 'weekend' ELSE 'fravær' END) AS hvorfor
FROM   koeb AS k
JOIN   kalender.dage AS d ON d.dato = k.koebt
WHERE  d.ugedag > 5 OR d.helligdag IS NOT NULL
OR     EXISTS (FROM fravaer AS f WHERE f.kortholder = k.kortholder AND k.koebt BETWEEN f.fra AND f.til)
ORDER  BY k.beloeb DESC, k.regnskabsaar, k.bilagsnr
