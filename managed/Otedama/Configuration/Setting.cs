namespace Otedama;

/// <summary>
/// One row of the settings registry. Help, sample file, reference page, environment name and validation all derive from
/// it.
/// </summary>
internal abstract class Setting(string key, string help, string typeName, string allowed, string defaultText)
{
    /// <summary>Dotted path in the file, such as pool.port.</summary>
    public string Key { get; } = key;

    public string Help { get; } = help;

    public string TypeName { get; } = typeName;

    /// <summary>What values are accepted, in words that finish the sentence "allowed: ...".</summary>
    public string Allowed { get; } = allowed;

    /// <summary>The default as one would write it in the file; empty when there is none.</summary>
    public string DefaultText { get; } = defaultText;

    /// <summary>The environment variable that sets it.</summary>
    public string Environment => "OTEDAMA_" + Key.Replace('.', '_').ToUpperInvariant();

    /// <summary>Shown as stars.</summary>
    public bool Secret { get; init; }

    /// <summary>Null when the setting acts. Otherwise the sentence a user who sets it is told.</summary>
    public string? NotYet { get; init; }

    /// <summary>The default value, boxed.</summary>
    public abstract object Default { get; }

    /// <summary>Returns null and the value, or what is wrong with the raw value.</summary>
    public abstract string? TryRead(RawValue raw, out object value);

    /// <summary>The value as one would write it in the file.</summary>
    public abstract string Show(object value);

    /// <summary>The value with relative paths taken from the folder of the file it stands in.</summary>
    public abstract object Below(string folder, object value);
}

/// <summary>Returns null and the value, or what is wrong, in words that follow "pool.port: ".</summary>
internal delegate string? SettingReader<T>(RawValue raw, out T value);

internal sealed class Setting<T>(
    string key,
    string help,
    string typeName,
    string allowed,
    T defaultValue,
    SettingReader<T> reader,
    Func<T, string> show) : Setting(key, help, typeName, allowed, show(defaultValue))
    where T : notnull
{
    /// <summary>How relative paths in a value are taken from a folder; null when the value holds none.</summary>
    public Func<string, T, T>? Rebase { get; init; }

    public override object Default { get; } = defaultValue;

    public override string? TryRead(RawValue raw, out object value)
    {
        string? problem = reader(raw, out T typed);
        value = problem is null ? typed : Default;
        return problem;
    }

    public override string Show(object value) => show((T)value);

    public override object Below(string folder, object value) => Rebase is null ? value : Rebase(folder, (T)value);
}
