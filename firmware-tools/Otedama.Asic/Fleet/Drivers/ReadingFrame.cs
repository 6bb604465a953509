namespace Otedama.Asic;

/// <summary>What a reader needs besides the replies: whose they are, from where, when; and the replies kept for diagnosis.</summary>
/// <param name="Address">host:port.</param>
public sealed record ReadingFrame(string Driver, string Address, DateTimeOffset At)
{
    /// <summary>Of all raw replies of one look together.</summary>
    private const int RawLimit = 64 * 1024;

    private readonly Dictionary<string, string> _raw = [];
    private int _left = RawLimit;

    /// <summary>Keeps a reply, from which secrets were taken, as far as there is room.</summary>
    public ReadingFrame Keep(string command, string text)
    {
        string kept = text.Length > _left ? text[.._left] : text;
        if (kept.Length > 0)
        {
            _raw[command] = kept;
            _left -= kept.Length;
        }
        return this;
    }

    /// <summary>The finished form: bounded, with its identity.</summary>
    public FleetReading Begin(string? mac, int repairs) => new()
    {
        Id = mac ?? $"address:{Address}",
        Address = Address,
        At = At,
        Driver = Driver,
        Repairs = repairs,
        Raw = _raw,
    };
}
