using System.Runtime.CompilerServices;
using Otedama.Core;

namespace Otedama.Pool;

/// <summary>
/// Which transactions the blocks have that our newest shares would be, for whoever audits them. Any thread.
/// </summary>
public sealed class OwnTransactions
{
    /// <summary>Shares remembered; ours alone fill it. Lists are shared where the template is: 2 MB at most.</summary>
    private const int SharesMax = 16;

    private readonly Lock _gate = new();
    private readonly Queue<(Hash256 Share, Hash256[] Ids)> _shares = [];
    private readonly ConditionalWeakTable<Template, Hash256[]> _ids = [];

    /// <summary>A share of ours is in the chain, made on this template.</summary>
    public void Add(Hash256 share, Template template)
    {
        Hash256[] ids = _ids.GetValue(template, static from => [.. from.Transactions.Select(static each => each.TxId)]);
        lock (_gate)
        {
            _shares.Enqueue((share, ids));
            if (_shares.Count > SharesMax)
            {
                _shares.Dequeue();
            }
        }
    }

    /// <summary>Ids of those behind its coinbase; null when it is not ours, or too old.</summary>
    public IReadOnlyList<Hash256>? Find(Hash256 share)
    {
        lock (_gate)
        {
            return _shares.FirstOrDefault(each => each.Share == share).Ids;
        }
    }
}
