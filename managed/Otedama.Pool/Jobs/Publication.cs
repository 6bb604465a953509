using System.Collections.Concurrent;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// One broadcast: a template with the jobs made of it so far, one slot for each kind of receiver. Slots are made under
/// JobMint's lock and read from any thread.
/// </summary>
/// <param name="refreshed">The publication of the same template before; null when the template is new.</param>
internal sealed class Publication(PreparedTemplate prepared, uint generation, bool clean, long templateAt, Publication? refreshed = null)
{
    private readonly ConcurrentDictionary<(CoinbaseClass Class, int Account), JobSlot> _slots = new();

    private readonly Dictionary<CoinbaseClass, PreparedTemplate> _trimmed = refreshed is null ? [] : new(refreshed._trimmed);

    public PreparedTemplate Prepared { get; } = prepared;

    public uint Generation { get; } = generation;

    public bool Clean { get; } = clean;

    /// <summary>Id of its first job; all later ones are higher. Written before it is published.</summary>
    public uint FirstId { get; set; }

    /// <summary>Timestamp at which the node's clock showed Template.Time.</summary>
    public long TemplateAt { get; } = templateAt;

    /// <summary>Under the lock: the template as blocks with coinbases of this class have room for it.</summary>
    public PreparedTemplate PreparedFor(CoinbaseClass size) => _trimmed.GetValueOrDefault(size, Prepared);

    /// <summary>Under the lock.</summary>
    public void Trim(CoinbaseClass size, PreparedTemplate smaller) => _trimmed[size] = smaller;

    /// <summary>Under the lock: another publication took over, so that blocks have become unlikely.</summary>
    public void Cool()
    {
        Prepared.Cool();
        foreach (PreparedTemplate smaller in _trimmed.Values)
        {
            smaller.Cool();
        }
    }

    public JobSlot? Find(CoinbaseClass size, int account) => _slots.GetValueOrDefault((size, account));

    /// <summary>Receivers whose coinbases come out the same share a slot, and with it every later job.</summary>
    public void Put(CoinbaseClass size, int account, JobSlot slot) => _slots[(size, account)] = slot;
}
