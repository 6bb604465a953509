using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;
using Xunit;
using static Otedama.Tests.Addresses.Places;

namespace Otedama.Tests.Addresses;

/// <summary>
/// An attacker fills `new` and part of `tried` while the node runs, and answers whoever calls; then the node starts
/// again from its files.
/// </summary>
public sealed class RestartEclipseTests
{
    private const int Seeds = 100;
    private readonly HeldClock _time = new();
    private readonly NetworkGroups _groups = new();

    [Theory]
    [InlineData(true, Seeds)]
    [InlineData(false, Seeds)] // after a crash there are no anchors; then the attacker has filled `new` only
    public void At_least_one_link_is_honest_after_a_restart(bool hasAnchors, int atLeast)
    {
        int honest = Enumerable.Range(1, Seeds).Count(seed => HonestLinks((ulong)seed, hasAnchors) > 0);
        TestContext.Current.TestOutputHelper?.WriteLine($"anchors {hasAnchors}: honest links in {honest} of {Seeds} runs");
        Assert.True(honest >= atLeast, $"{honest} of {Seeds}");
    }

    private int HonestLinks(ulong seed, bool hasAnchors)
    {
        SeededRandom random = new(seed);
        AddressManager before = new(_time, random, _groups);
        HashSet<PeerEndpoint> honest = [];
        for (int i = 0; i < 120; i++)
        {
            PeerEndpoint place = In(60 + (i % 120), (i * 37) % 250, random);
            honest.Add(place);
            before.Add(place, place, Now, AddressOrigin.Peer);
            before.Succeeded(place, default(NodeId));
        }
        Attack(before, random, answers: hasAnchors);
        CrashDisk disk = new();
        before.Save(disk, "/p/peers.dat");
        if (hasAnchors)
        {
            Anchors.Keep(disk, "/p/anchors.dat",
                [.. honest.Take(2).Select(static place => new Anchor(place, default(NodeId)))]);
        }
        _time.Advance(3600);
        return Restart(disk, random, honest);
    }

    /// <summary>
    /// Sixty groups of its own tell of themselves and of ten times as many. answers: three times as many as are honest
    /// have answered a feeler.
    /// </summary>
    private void Attack(AddressManager manager, SeededRandom random, bool answers)
    {
        for (int i = 0; i < 10_000; i++)
        {
            PeerEndpoint place = In(200 + (i % 12), i % 50, random), source = In(200 + (i % 6), i % 10, random);
            manager.Add(place, source, Now + 7200, AddressOrigin.Peer);
            if (answers && i % 33 == 0)
            {
                manager.Succeeded(place, default(NodeId));
            }
        }
    }

    private int Restart(CrashDisk disk, SeededRandom random, HashSet<PeerEndpoint> honest)
    {
        AddressManager after = new(_time, random, _groups);
        Assert.Null(after.Load(disk, "/p/peers.dat"));
        FirstContact[] anchors =
            [.. Anchors.Take(disk, "/p/anchors.dat")
                .Select(static one => new FirstContact(one.Place, one.NodeId, IsAnchor: true))];
        Lab lab = new(_time, static _ => true);
        DiallerOptions options = new() { FirstContacts = anchors };
        lab.Dialler = new Dialler(options, after, _groups, new BanList(_time, []), lab, new Nowhere(), _time, random);
        _time.Advance(15, lab.Dialler);
        return lab.Dialler.Lines().Count(line => honest.Contains(line.Outbound.Place));
    }

    private long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    private sealed class Nowhere : ILatencyGuess
    {
        public double? Seconds(PeerEndpoint place) => null;
    }
}
