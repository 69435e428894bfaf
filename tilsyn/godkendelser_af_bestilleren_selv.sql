-- titel:     Godkendelser givet af bestilleren selv
-- spørgsmål: Har nogen godkendt deres egen bestilling, eller godkendt for en anden uden fuldmagt?
-- ejer:      Servicedesk
-- hyppighed: måned
-- datasæt:   servicenow.godkendelser, servicenow.sager, servicenow.brugere, servicenow.stedfortraedere
-- nøgle:     godkendelse
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  60
-- parameter: systemer tekst system,admin brugere, der er arbejdsgangen og ikke mennesker
-- parameter: mange heltal 20 så mange godkendelser i én køre tager ingen stilling til
-- parameter: sekunder heltal 10 højst så længe mellem dem
WITH given AS (
  SELECT g.sys_id AS godkendelse, g.approver, g.sys_updated_by AS skrevet_af, g.sys_updated_on AS tid, s.number AS sag, s.requested_for, s.opened_by,
         godkender.user_name AS godkender, bestiller.user_name AS bestiller, godkender.manager AS godkenders_leder
  FROM   servicenow.godkendelser AS g
  JOIN   servicenow.sager AS s ON s.sys_id = g.sysapproval
  LEFT   JOIN servicenow.brugere AS godkender ON godkender.sys_id = g.approver
  LEFT   JOIN servicenow.brugere AS bestiller ON bestiller.sys_id = s.requested_for
  WHERE  g.state = 'approved'
), fuldmagt AS (
  SELECT f.user AS godkender, b.user_name AS stedfortraeder, f.starts, f.ends
  FROM   servicenow.stedfortraedere AS f JOIN servicenow.brugere AS b ON b.sys_id = f.delegate
), taet AS (  -- godkendelser i en køre: et nyt nummer, hver gang der går længere tid
  SELECT *, sum(CAST(pause > $sekunder AS INTEGER)) OVER (PARTITION BY godkender ORDER BY tid, godkendelse) AS koere
  FROM   (SELECT *, coalesce(date_diff('second', lag(tid) OVER (PARTITION BY godkender ORDER BY tid, godkendelse), tid), 0) AS pause
          FROM given WHERE skrevet_af = godkender)
), koere AS (  -- en række for hver, ved den første godkendelse
  SELECT arg_min(godkendelse, (tid, godkendelse)) AS godkendelse, count(*) AS antal
  FROM   taet GROUP BY godkender, koere HAVING count(*) > $mange
)
SELECT g.sag, g.tid, g.bestiller, g.godkender, g.skrevet_af,
       CASE WHEN g.approver IN (g.requested_for, g.opened_by) THEN 'godkendt af bestilleren selv'
            WHEN g.godkenders_leder = g.requested_for THEN 'godkendt af en medarbejder, som bestilleren leder'
            WHEN k.antal IS NOT NULL THEN concat('den første af ', k.antal, ' godkendelser i én køre')
            ELSE 'skrevet af en anden uden fuldmagt' END AS hvorfor, g.godkendelse
FROM   given AS g
LEFT   JOIN koere AS k USING (godkendelse)
WHERE  g.approver IN (g.requested_for, g.opened_by)
OR     g.godkenders_leder = g.requested_for
OR     k.antal IS NOT NULL
OR     (g.skrevet_af <> g.godkender AND NOT list_contains(string_split($systemer, ','), g.skrevet_af)
        AND NOT EXISTS (FROM fuldmagt AS f WHERE f.godkender = g.approver AND f.stedfortraeder = g.skrevet_af
                        AND g.tid BETWEEN coalesce(f.starts, g.tid) AND coalesce(f.ends, g.tid)))
ORDER  BY g.tid DESC, g.godkendelse
