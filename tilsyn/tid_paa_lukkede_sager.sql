-- titel:     Tid på lukkede eller ukendte sager
-- spørgsmål: Er der registreret tid på sager, der var lukket eller ikke findes?
-- ejer:      Servicedesk
-- hyppighed: kvartal
-- datasæt:   timereg.registreringer, servicenow.sager (alt)
-- nøgle:     medarbejder_nr, dato, sag
-- stikprøve: alle
-- frist:     30 dage
-- minutter:  60
-- parameter: dage heltal 3 så længe efter lukning må der registreres
-- Det er dagen, der er arbejdet, som tæller: en sen indtastning er i orden. Sager, som Kollega ikke må læse (sikkerhed), kan ikke vurderes:
-- et nummer, der er lavere end det højeste af sin slags, regnes for at findes.
WITH tid AS (
  SELECT medarbejder_nr, dato, upper(trim(sag_nr)) AS sag, sum(timer) AS timer
  FROM   timereg.registreringer
  WHERE  sag_nr IS NOT NULL AND status <> 'annulleret' GROUP BY ALL
), serie AS (
  SELECT regexp_extract(number, '^[A-Z]+') AS slags, max(number) AS hoejeste, length(max(number)) AS tegn FROM servicenow.sager GROUP BY slags
)
SELECT t.medarbejder_nr, t.dato, t.sag, t.timer, CAST(s.closed_at AS DATE) AS lukket,
       CASE WHEN s.number IS NULL THEN 'sagen findes ikke' ELSE 'sagen var lukket' END AS hvorfor
FROM   tid AS t LEFT JOIN servicenow.sager AS s ON s.number = t.sag
WHERE  (s.number IS NULL AND NOT EXISTS (
          FROM serie AS r WHERE r.slags = regexp_extract(t.sag, '^[A-Z]+') AND length(t.sag) = r.tegn AND t.sag < r.hoejeste))
OR     t.dato > CAST(s.closed_at AS DATE) + CAST($dage AS INTEGER)
ORDER  BY t.timer DESC, t.medarbejder_nr, t.dato, t.sag
