"""The languages that charts are told in."""

from types import MappingProxyType

from ingest_api.pages.charts.words import Words
from timeseries.weight.bmi import BmiClass

_NARROW = "\N{NARROW NO-BREAK SPACE}"

ENGLISH = Words(
    decimal_mark=".",
    percent_mark="%",
    under="<",
    over=">",
    weekdays=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    months=("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    zones=MappingProxyType(
        {"very-low": "Very low", "low": "Low", "target": "Target", "high": "High", "very-high": "Very high"}
    ),
    bmi_classes=MappingProxyType(
        {
            BmiClass.UNDERWEIGHT: "underweight",
            BmiClass.NORMAL: "normal weight",
            BmiClass.OVERWEIGHT: "overweight",
            BmiClass.OBESITY_1: "obesity, class 1",
            BmiClass.OBESITY_2: "obesity, class 2",
            BmiClass.OBESITY_3: "obesity, class 3",
        }
    ),
    nothing="No readings",
    too_few_days="A usual day needs readings of at least {days} days",
    unknown="–",
    below_sensor="LO",
    above_sensor="HI",
    goal="goal {limit}",
    met="met",
    missed="not met",
    together="{percent} in all",
    time="Time",
    day="Day",
    range_="Range",
    share="Share of time",
    goal_column="Goal",
    readings="Readings",
    lowest="Lowest",
    highest="Highest",
    days="Days",
    weight="Weight",
    trend="Trend",
    remark="Remark",
    set_aside="set aside: far from its neighbours",
    line_title="Glucose hour by hour, {unit}",
    line_label="Glucose from {since} to {until}: {readings} readings, the last {last} at {at}; lowest {lowest}, "
    "highest {highest}; target {target}; gaps over 45 minutes: {gaps}.",
    profile_title="Usual day: percentiles by clock time, {unit}, unsmoothed",
    profile_label="Usual day from up to {days} days: the median runs from {lowest} around {lowest_at} to {highest} "
    "around {highest_at}; target {target}.",
    ranges_title="Time in ranges",
    ranges_label="Time in ranges: {ranges}. Goals: {goals}.",
    days_title="Day by day, {unit}",
    days_label="Daily glucose from {first} to {last}: {days} days with readings; target {target}.",
    fortnight_label="Last 14 whole days: {days} days with readings; {under} on {low}; {over} on {high}.",
    spark_label="Glucose of the last hours: last {last}, lowest {lowest}, highest {highest}.",
    weight_title="Weighings, {unit}",
    weight_label="Weight from {since} to {until}: {readings} weighings, the last {last}. {slope}",
    losing="Losing {rate} {unit} a week over the four weeks to the last weighing (95% interval {low} to {high}).",
    gaining="Gaining {rate} {unit} a week over the four weeks to the last weighing (95% interval {low} to {high}).",
    steady="No clear change over the four weeks to the last weighing: {rate} {unit} a week "
    "(95% interval {low} to {high}).",
    no_slope="Too few weighings of late to tell how fast the weight changes.",
    bmi_label="Body mass index {value} kg/m²",
    percent_label="{name}: {value}",
)

FRENCH = Words(
    decimal_mark=",",
    percent_mark=f"{_NARROW}%",
    under=f"<{_NARROW}",
    over=f">{_NARROW}",
    weekdays=("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
    months=("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    zones=MappingProxyType(
        {"very-low": "Très bas", "low": "Bas", "target": "Cible", "high": "Élevé", "very-high": "Très élevé"}
    ),
    bmi_classes=MappingProxyType(
        {
            BmiClass.UNDERWEIGHT: "maigreur",
            BmiClass.NORMAL: "corpulence normale",
            BmiClass.OVERWEIGHT: "surpoids",
            BmiClass.OBESITY_1: "obésité, classe 1",
            BmiClass.OBESITY_2: "obésité, classe 2",
            BmiClass.OBESITY_3: "obésité, classe 3",
        }
    ),
    nothing="Aucune mesure",
    too_few_days="Une journée type demande des mesures d’au moins {days} jours",
    unknown="–",
    below_sensor="LO",
    above_sensor="HI",
    goal="objectif {limit}",
    met="atteint",
    missed="non atteint",
    together="{percent} en tout",
    time="Heure",
    day="Jour",
    range_="Plage",
    share="Part du temps",
    goal_column="Objectif",
    readings="Mesures",
    lowest="Minimum",
    highest="Maximum",
    days="Jours",
    weight="Poids",
    trend="Tendance",
    remark="Remarque",
    set_aside="écartée : loin de ses voisines",
    line_title="Glucose heure par heure, {unit}",
    line_label="Glucose du {since} au {until} : {readings} mesures, la dernière {last} le {at} ; minimum {lowest}, "
    "maximum {highest} ; cible {target} ; interruptions de plus de 45 minutes : {gaps}.",
    profile_title="Journée type : percentiles par heure, {unit}, non lissés",
    profile_label="Journée type sur {days} jours au plus : la médiane va de {lowest} vers {lowest_at} à {highest} "
    "vers {highest_at} ; cible {target}.",
    ranges_title="Temps dans les plages",
    ranges_label="Temps dans les plages : {ranges}. Objectifs : {goals}.",
    days_title="Jour par jour, {unit}",
    days_label="Glucose quotidien du {first} au {last} : {days} jours avec des mesures ; cible {target}.",
    fortnight_label="Les 14 derniers jours entiers : {days} avec des mesures ; {under} : {low} ; {over} : {high}.",
    spark_label="Glucose des dernières heures : dernier {last}, minimum {lowest}, maximum {highest}.",
    weight_title="Pesées, {unit}",
    weight_label="Poids du {since} au {until} : {readings} pesées, la dernière {last}. {slope}",
    losing="Perte de {rate} {unit} par semaine sur les quatre semaines avant la dernière pesée "
    "(intervalle à 95 % : {low} à {high}).",
    gaining="Prise de {rate} {unit} par semaine sur les quatre semaines avant la dernière pesée "
    "(intervalle à 95 % : {low} à {high}).",
    steady="Pas de changement net sur les quatre semaines avant la dernière pesée : {rate} {unit} par semaine "
    "(intervalle à 95 % : {low} à {high}).",
    no_slope="Trop peu de pesées récentes pour dire à quelle vitesse le poids change.",
    bmi_label="Indice de masse corporelle {value} kg/m²",
    percent_label="{name} : {value}",
)
