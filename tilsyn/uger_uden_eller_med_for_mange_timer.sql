-- titel:     Uger uden timer eller med for mange
-- spørgsmål: Hvem mangler timer i en uge, har langt flere end normen, eller over 48 i snit?
-- ejer:      Digital Arbejdsplads
-- hyppighed: måned
-- datasæt:   timereg.ansaettelser, timereg.registreringer (5 måneder før), timereg.fravaer, kalender.dage (5 måneder før)
-- nøgle:     medarbejder_nr, uge_fra
-- stikprøve: alle
-- frist:     14 dage
-- minutter:  150
-- parameter: lav heltal 80 procent af normen
-- parameter: hoej heltal 115 procent af normen
-- parameter: snit heltal 48 timer om ugen over 17 uger (direktiv 2003/88)
-- En uge hører til den periode, som dens søndag ligger i. Ledere og konsulenter registrerer ikke. Snittet tæller, når ugen selv er over.
WITH ansat AS (
  SELECT * FROM timereg.ansaettelser
  WHERE  ugenorm > 0 AND medarbejder_nr NOT IN (SELECT leder_nr FROM timereg.ansaettelser WHERE leder_nr IS NOT NULL)
), dag AS (  -- hver arbejdsdag, en ansættelse varer
  SELECT a.medarbejder_nr, a.enhed, d.dato, CAST(date_trunc('week', d.dato) AS DATE) AS uge_fra, a.ugenorm / 5 AS norm
  FROM   ansat AS a JOIN kalender.dage AS d ON d.dato BETWEEN a.fra AND coalesce(a.til, DATE '9999-12-31')
  WHERE  d.ugedag <= 5 AND d.helligdag IS NULL
), norm AS (
  SELECT g.medarbejder_nr, any_value(g.enhed) AS enhed, g.uge_fra, sum(g.norm) AS norm, coalesce(sum(g.norm * f.omfang_pct / 100), 0) AS fravaer
  FROM   dag AS g LEFT JOIN timereg.fravaer AS f ON f.medarbejder_nr = g.medarbejder_nr AND g.dato BETWEEN f.fra AND f.til
  GROUP  BY g.medarbejder_nr, g.uge_fra
), arbejde AS (
  SELECT medarbejder_nr, CAST(date_trunc('week', dato) AS DATE) AS uge_fra, sum(timer) AS timer
  FROM   timereg.registreringer WHERE art = 'arbejde' AND status <> 'annulleret' GROUP BY ALL
), uge AS (
  SELECT n.medarbejder_nr, n.enhed, n.uge_fra, n.norm, n.fravaer, coalesce(t.timer, 0) AS timer,
         avg(coalesce(t.timer, 0)) OVER sidste AS snit, count(*) OVER sidste AS uger
  FROM   norm AS n LEFT JOIN arbejde AS t USING (medarbejder_nr, uge_fra)
  WINDOW sidste AS (PARTITION BY n.medarbejder_nr ORDER BY n.uge_fra ROWS 16 PRECEDING)
)
SELECT medarbejder_nr, uge_fra, enhed, timer, round(fravaer, 2) AS fravaerstimer, round(norm, 2) AS norm, round(snit, 2) AS snit_17_uger,
       CASE WHEN timer + fravaer = 0 THEN 'ingen timer' WHEN timer + fravaer < norm * $lav / 100 THEN 'for få timer'
            WHEN timer + fravaer > norm * $hoej / 100 THEN 'for mange timer' ELSE 'over 48 i snit' END AS hvorfor
FROM   uge
WHERE  uge_fra + 6 BETWEEN $start AND $slut
AND    (timer + fravaer < norm * $lav / 100 OR timer + fravaer > norm * $hoej / 100 OR (uger = 17 AND snit > $snit AND timer > $snit))
ORDER  BY abs(timer + fravaer - norm) DESC, medarbejder_nr, uge_fra
