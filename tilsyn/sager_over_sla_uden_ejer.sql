-- titel:     Sager over SLA uden ejer
-- spørgsmål: Hvilke åbne sager er over fristen, uden at nogen arbejder på dem?
-- ejer:      Servicedesk
-- hyppighed: uge
-- datasæt:   servicenow.sager, servicenow.sla, servicenow.brugere, timereg.fravaer
-- nøgle:     sag
-- stikprøve: alle
-- frist:     5 dage
-- minutter:  45
-- parameter: dage heltal 14 så langt fravær skal ejeren have
-- En frist på pause venter på anmelderen og er ikke overskredet. Sagerne er, som de er, når tilsynet køres.
WITH frist AS (
  SELECT task, min(planned_end_time) AS frist FROM servicenow.sla WHERE has_breached AND stage = 'in_progress' GROUP BY task
), vaek AS (  -- hvem der er væk længe ved periodens slutning
  SELECT medarbejder_nr, max(til) AS til FROM timereg.fravaer
  WHERE  $slut BETWEEN fra AND til AND til - fra >= $dage AND omfang_pct = 100 GROUP BY medarbejder_nr
)
SELECT s.number AS sag, s.sys_class_name AS art, s.opened_at AS oprettet, f.frist, b.user_name AS ejer,
       CASE WHEN s.assigned_to IS NULL THEN 'ingen ejer' WHEN NOT coalesce(b.active, false) THEN 'ejeren er ikke aktiv'
            ELSE 'ejeren er væk' END AS hvorfor
FROM   servicenow.sager AS s
JOIN   frist AS f ON f.task = s.sys_id
LEFT   JOIN servicenow.brugere AS b ON b.sys_id = s.assigned_to
LEFT   JOIN vaek AS v ON v.medarbejder_nr = b.employee_number
WHERE  s.active AND CAST(s.opened_at AS DATE) <= $slut
AND    (s.assigned_to IS NULL OR NOT coalesce(b.active, false) OR v.til IS NOT NULL)
ORDER  BY f.frist, s.number
