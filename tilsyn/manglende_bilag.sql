-- titel:     Manglende bilag og formål
-- spørgsmål: Mangler der kvittering eller formål på kortkøb og udlæg?
-- ejer:      Økonomi
-- hyppighed: måned
-- datasæt:   kvantum.posteringer (2 måneder før)
-- nøgle:     regnskabsaar, bilagsnr
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  200
-- parameter: dage heltal 30 så længe må et bilag være undervejs
-- parameter: tegn heltal 5 en kortere tekst siger intet om formålet
-- Et køb er med, når det bliver ældre end dagene i perioden: så falder ingen mellem to kørsler.
SELECT regnskabsaar, bilagsnr, min(bilagsdato) AS koebt, any_value(oprettet_af) AS koebt_af, any_value(tekst) AS tekst,
       sum(beloeb) FILTER (beloeb > 0) AS beloeb,
       CASE WHEN bool_or(har_bilag) THEN 'teksten siger intet om formålet' ELSE 'bilag mangler' END AS hvorfor
FROM   kvantum.posteringer
WHERE  bilagstype IN ('KK', 'UD')
AND    bilagsdato BETWEEN $start - CAST($dage AS INTEGER) AND $slut - CAST($dage AS INTEGER)
GROUP  BY regnskabsaar, bilagsnr
HAVING (NOT bool_or(har_bilag) AND NOT regexp_matches(lower(any_value(tekst)), 'bilag ligger ved|^(bro|færge|bro/færge)\b'))
OR     length(trim(coalesce(any_value(tekst), ''))) < $tegn
ORDER  BY beloeb DESC, regnskabsaar, bilagsnr
