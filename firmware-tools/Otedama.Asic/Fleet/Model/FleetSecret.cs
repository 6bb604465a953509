namespace Otedama.Asic;

/// <summary>
/// A password or key that no log, record or exception prints: only Reveal gives it, to what sends it.
/// </summary>
public sealed class FleetSecret(string value)
{
    private readonly string _value = value;

    public bool IsEmpty => _value.Length == 0;

    /// <summary>For what has to send it, and for nobody else.</summary>
    public string Reveal() => _value;

    public override string ToString() => "(secret)";
}
