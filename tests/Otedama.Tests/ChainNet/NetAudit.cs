using System.Buffers.Binary;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Wire;

namespace Otedama.Tests.ChainNet;

/// <summary>What has to be true of honest nodes at any time.</summary>
internal sealed class NetAudit(NetSim sim)
{
    private readonly HashSet<Hash256> _made = [];
    private readonly Dictionary<Hash256, long> _madeAt = [];
    private readonly Dictionary<Hash256, List<(int Node, TimeSpan After)>> _had = [];

    private readonly Dictionary<Hash256, (int Finder, byte[] Bytes, HashSet<int> Had)> _blocks = [];

    /// <summary>Coin blocks that were found: by whom, and whose coin nodes got them from him.</summary>
    public IEnumerable<(int Finder, int Others)> Blocks => _blocks.Values.Select(static block => (block.Finder, block.Had.Count));

    public void OnBlock(int node, AssembledBlock block) => _blocks[block.Id] = (node, block.HeadHex.ToArray(), []);

    /// <summary>Once each, and only what somebody honest has found.</summary>
    public void OnForwarded(int node, AssembledBlock block)
    {
        if (!_blocks.TryGetValue(block.Id, out (int Finder, byte[] Bytes, HashSet<int> Had) found)
            || !found.Bytes.AsSpan().SequenceEqual(block.HeadHex.Span))
        {
            sim.Fail($"node {node} forwards a block that nobody found");
        }
        else if (!found.Had.Add(node) || found.Finder == node)
        {
            sim.Fail($"node {node} forwards block {block.Id} of node {found.Finder} again");
        }
    }

    public long BytesSent { get; private set; }

    public long SharesSent { get; private set; }

    public int Made => _made.Count;

    public void OnMade(ChainShare share)
    {
        _made.Add(share.Id);
        _madeAt[share.Id] = sim.Schedule.Now;
        _had[share.Id] = [];
    }

    public void OnTaken(int node, ChainShare share)
    {
        if (_madeAt.TryGetValue(share.Id, out long at))
        {
            _had[share.Id].Add((node, TimeSpan.FromTicks(sim.Schedule.Now - at)));
        }
    }

    public IEnumerable<IReadOnlyList<(int Node, TimeSpan After)>> Spreads => _had.Values;

    /// <summary>Nothing that no honest miner made leaves an honest node.</summary>
    public void OnSent(NetActor from, PeerMessage message, ReadOnlySpan<byte> body)
    {
        BytesSent += PeerFrame.HeaderBytes + body.Length;
        SharesSent += message is PeerMessage.Share or PeerMessage.Shares ? 1 : 0;
        if (!from.IsHonest)
        {
            return;
        }
        if (message == PeerMessage.Share)
        {
            Known(from, body);
        }
        else if (message is PeerMessage.Shares or PeerMessage.Chain)
        {
            ReadOnlySpan<byte> parts = message == PeerMessage.Chain ? body[PeerBody.ChainHeadBytes..] : body;
            while (PeerBody.TryTakePart(ref parts, out ReadOnlySpan<byte> part))
            {
                if (!part.IsEmpty)
                {
                    Known(from, part);
                }
            }
        }
    }

    public void OnHeard(NetNode node)
    {
        (int orphans, int held) = node.Desk.Waiting;
        if (orphans > OrphanPool.Max || held > HeldShares.Max)
        {
            sim.Fail($"node {node.Number} has {orphans} orphans and {held} held shares");
        }
    }

    private void Known(NetActor from, ReadOnlySpan<byte> share)
    {
        if (!_made.Contains(Sha256d.Hash(share)))
        {
            sim.Fail($"node {from.Number} sends a share that nobody made");
        }
    }
}
