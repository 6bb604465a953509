namespace Otedama.Mining;

/// <summary>
/// How often which refusal was heard, in the pools' own words. Pools choose the words, so their number and length are
/// limited; what comes after the limit is counted together. Any thread.
/// </summary>
internal sealed class RefusalCounts
{
    public const int ReasonsMax = 16;
    public const int CharactersMax = 80;
    public const string Others = "other reasons";

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    public void Add(string reason)
    {
        string key = reason.Length == 0 ? "no reason given" : reason.Length > CharactersMax ? reason[..CharactersMax] : reason;
        lock (_gate)
        {
            key = _counts.ContainsKey(key) || _counts.Count < ReasonsMax ? key : Others;
            _counts[key] = _counts.GetValueOrDefault(key) + 1;
        }
    }

    public IReadOnlyDictionary<string, long> Read()
    {
        lock (_gate)
        {
            return new Dictionary<string, long>(_counts, StringComparer.Ordinal);
        }
    }
}
