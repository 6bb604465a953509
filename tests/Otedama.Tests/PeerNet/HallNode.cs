using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Pool;
using Otedama.Tests.Ledgers;
using Otedama.Wire;

namespace Otedama.Tests.PeerNet;

/// <summary>An honest node in the hall: the real PeerNode and share desk, whose steps run in virtual time.</summary>
internal sealed class HallNode : IBlockTimes, ICoinBlocks
{
    public const int Port = 30_303;
    private const string Folder = "peers";

    private static readonly Hash256 s_block = new([.. Enumerable.Repeat((byte)7, Hash256.Size)]);

    private readonly Hall _hall;
    private readonly SeededRandom _random;
    private readonly IStep[] _steps;
    private readonly int[] _turns;
    private readonly SimLife _life;
    private readonly ChainParameters _rules;
    private ulong _made;

    public HallNode(Hall hall, string address, Func<PeerNodeOptions, PeerNodeOptions>? change = null, CrashDisk? disk = null,
        Func<PoolWorld, PoolWorld>? outside = null, ChainParameters? rules = null)
    {
        _rules = rules ?? Parameters;
        _hall = hall;
        Address = IPAddress.Parse(address);
        Disk = disk ?? new CrashDisk();
        _random = hall.RandomFor(address);
        _life = new SimLife(hall.Schedule, address);
        PoolWorld world = new()
        {
            Time = new SimClock(hall.Schedule, _life),
            Random = _random,
            Transport = null!,
            Files = Disk,
            Nodes = null!,
            Loggers = NullLoggerFactory.Instance,
            Peers = (identity, _, _) => hall.NetworkOf(identity.Id, Address),
        };
        world = outside?.Invoke(world) ?? world;
        Desk = new ShareDesk(_rules, EasyShares.NoChecker, world, "chain");
        PeerNodeOptions options = new()
        {
            ChainId = _rules.Id,
            Folder = Folder,
            Listen = [new IPEndPoint(IPAddress.Any, Port)],
        };
        Node = new PeerNode(change?.Invoke(options) ?? options, Desk, this, null, world);
        Desk.Coin.Note(new Template
        {
            Algorithm = CoinCatalogue.Find("btc", "regtest")!.Algorithm,
            Height = 100,
            Version = 1,
            PreviousHash = s_block,
            Bits = EasyShares.CoinBits,
            Time = 0,
            TimeMin = 0,
            CoinbaseValue = new Amount((long)FreeShares.CoinValue),
            Transactions = [],
        });
        Node.Listen();
        _steps = [Desk, Desk.Keeper, .. Node.Steps];
        _turns = new int[_steps.Length];
        for (int i = 0; i < _steps.Length; i++)
        {
            Plan(i, TimeSpan.Zero);
        }
        LookAtWakes();
    }

    public static ChainParameters Parameters { get; } = EasyShares.Parameters(window: 40);

    public IPAddress Address { get; }

    public CrashDisk Disk { get; }

    public ShareDesk Desk { get; }

    public PeerNode Node { get; }

    public PeerAddress Named => Hall.Named(Node.Id, Address);

    public IReadOnlyList<PeerRow> Peers => Node.Look(Desk.Tip.Work).Peers;

    /// <summary>The next share on its chain, found here.</summary>
    public void Mine()
    {
        ulong now = (ulong)_hall.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        ChainShare share = Desk.Look(chain =>
            EasyShares.Next(chain, _rules, FreeShares.Payee(1), now, _made++, s_block));
        Xunit.Assert.Equal(ArrivalKind.Taken, Desk.Arrive(share.Bytes.Span, ShareOrigin.Own).Kind);
    }

    /// <summary>A clean stop; the disk goes on.</summary>
    public void Stop()
    {
        Node.Dispose();
        Desk.Dispose();
        Kill();
    }

    /// <summary>As kill -9.</summary>
    public void Kill() => _life.End();

    ulong ICoinBlocks.TipTimeMs => (ulong)_hall.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    ulong? ICoinBlocks.TimeMsOf(Hash256 block) => 1_900_000_000_000;

    ValueTask<ICoinBlocks?> IBlockTimes.LookAsync(IEnumerable<Hash256> blocks, CancellationToken stop) => new(this);

    /// <summary>Steps wake each other; a tenth of a second is soon enough for all of them.</summary>
    private void LookAtWakes()
    {
        for (int i = 0; i < _steps.Length; i++)
        {
            if (_steps[i].Wake.TryTake())
            {
                Plan(i, TimeSpan.Zero);
            }
        }
        _hall.Schedule.After(TimeSpan.FromMilliseconds(100), _life, LookAtWakes);
    }

    private void Plan(int index, TimeSpan wait)
    {
        int turn = ++_turns[index];
        _hall.Schedule.After(wait, _life, () =>
        {
            if (_turns[index] != turn)
            {
                return;
            }
            TimeSpan pause = _steps[index].StepAsync(default).AsTask().GetAwaiter().GetResult();
            if (pause != Timeout.InfiniteTimeSpan && _turns[index] == turn)
            {
                Plan(index, pause);
            }
        });
    }
}
