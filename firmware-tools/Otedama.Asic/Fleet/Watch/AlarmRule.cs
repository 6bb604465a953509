namespace Otedama.Asic;

/// <summary>How much an alarm matters.</summary>
public enum AlarmSeverity
{
    /// <summary>Worth a look this week.</summary>
    Notice,

    /// <summary>Costs money.</summary>
    Warning,

    /// <summary>The device earns nothing, or is in danger.</summary>
    Critical,

    /// <summary>Somebody may be stealing.</summary>
    Security,
}

/// <summary>What one look says about one alarm.</summary>
internal enum Verdict
{
    /// <summary>The device does not say what would have to be known: nothing changes.</summary>
    Unknown,
    Good,
    Bad,
}

/// <param name="Sentence">Why it is bad; empty otherwise.</param>
internal readonly record struct Finding(Verdict Verdict, double? Value = null, string Sentence = "")
{
    public static Finding Unknown => default;

    public static Finding Good(double? value = null) => new(Verdict.Good, value);

    public static Finding Bad(double? value, string sentence) => new(Verdict.Bad, value, sentence);
}

/// <summary>
/// One alarm: a row of AlarmTable, or that row with what an operator changed. It is raised after so many bad looks in a
/// row that last so long, and cleared after so many good ones.
/// </summary>
public sealed record AlarmRule
{
    /// <summary>The word for programs and configurations: hot_chip.</summary>
    public required string Code { get; init; }

    public required AlarmSeverity Severity { get; init; }

    /// <summary>The rule in a sentence, for the page of alarms.</summary>
    public required string Meaning { get; init; }

    /// <summary>Unit of Limit; empty where it has none.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Beyond it a look is bad.</summary>
    public double Limit { get; init; }

    /// <summary>How far back from the limit a figure has to come before a look is good again once the alarm is
    /// raised.</summary>
    public double Band { get; init; }

    /// <summary>Bad looks in a row.</summary>
    public int RaiseLooks { get; init; } = 3;

    /// <summary>Time from the first bad look of the row to the one that raises.</summary>
    public TimeSpan RaiseAfter { get; init; }

    /// <summary>Good looks in a row.</summary>
    public int ClearLooks { get; init; } = 3;

    public TimeSpan ClearAfter { get; init; }

    public bool IsEnabled { get; init; } = true;

    /// <summary>Only devices whose family, model or board contains this text; empty = all.</summary>
    public string Model { get; init; } = "";

    internal Func<DeviceLook, Finding> Check { get; init; } = static _ => Finding.Unknown;
}
