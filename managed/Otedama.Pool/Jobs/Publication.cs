using System.Collections.Concurrent;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// One broadcast: a template with the jobs made of it so far, one slot for each kind of receiver. Slots are made under
/// JobBook's mint lock and read from any thread.
/// </summary>
internal sealed class Publication(PreparedTemplate prepared, uint generation, bool clean, long templateAt)
{
    private readonly ConcurrentDictionary<(CoinbaseClass Class, int Account), JobSlot> _slots = new();

    public PreparedTemplate Prepared { get; } = prepared;

    public uint Generation { get; } = generation;

    public bool Clean { get; } = clean;

    /// <summary>Timestamp at which the node's clock showed Template.Time.</summary>
    public long TemplateAt { get; } = templateAt;

    public JobSlot? Find(CoinbaseClass size, int account) => _slots.GetValueOrDefault((size, account));

    /// <summary>Receivers whose coinbases come out the same share a slot, and with it every later job.</summary>
    public void Put(CoinbaseClass size, int account, JobSlot slot) => _slots[(size, account)] = slot;
}
