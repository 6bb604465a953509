using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Otedama.Core;
using Otedama.Wire;

namespace Otedama.Benchmarks;

/// <summary>
/// A thousand nodes that mean harm, each from an address of its own, eight in a /24; a process apart, whose time is not
/// the honest ones'. Each begins again a second after it was closed.
/// </summary>
internal static class HostilePeers
{
    private const int Count = 1_000;

    /// <summary>Keys cost their owner little, and this machine time that is not the node's: some share one.</summary>
    private const int Keys = 125;

    private static readonly Hash256 s_chain = LoadShares.Parameters.Id;
    private static readonly SemaphoreSlim s_solving = new(1, 1);

    private static NodeIdentity[] s_keys = [];
    private static int s_links, s_tries;

    /// <summary>What they do, by name.</summary>
    public static IReadOnlyDictionary<string, Func<Place, NodeIdentity, CancellationToken, Task>> Kinds { get; } =
        new Dictionary<string, Func<Place, NodeIdentity, CancellationToken, Task>>
        {
            ["say nothing"] = SilentAsync,
            ["shake hands and leave"] = ShakeAsync,
            ["ask and never read"] = DeafAsync,
            ["a MiB without its last byte"] = HalfAsync,
            ["broken frames"] = BrokenAsync,
        };

    /// <summary>This program again, for RunAsync.</summary>
    public static Process Start(IPEndPoint to, NodeId server, TimeSpan time) => Process.Start(new ProcessStartInfo(
        Environment.ProcessPath!,
        [
            typeof(HostilePeers).Assembly.Location, "peer-hostile", to.ToString(), server.ToString(),
            time.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>Says "ready"; then does what a line names for the time given, and answers with its tries and links.</summary>
    public static async Task<int> RunAsync(string to, string id, string seconds)
    {
        NodeId server = NodeId.TryParse(id, out NodeId read) ? read : throw new FormatException(id);
        TimeSpan time = TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture));
        s_keys = [.. Enumerable.Range(0, Keys).Select(static _ => LoadNode.NewIdentity())];
        Console.Out.WriteLine("ready");
        while (await Console.In.ReadLineAsync() is { } kind)
        {
            (s_tries, s_links) = (0, 0);
            using CancellationTokenSource stop = new(time);
            await Task.WhenAll(Enumerable.Range(0, Count).Select(i => RepeatAsync(
                new Place(new IPAddress(new byte[] { 127, 2, (byte)(1 + (i / 8)), (byte)(1 + (i % 8)) }), IPEndPoint.Parse(to), server),
                Kinds[kind], s_keys[i % s_keys.Length], stop.Token)));
            Console.Out.WriteLine($"{s_tries} {s_links}");
        }
        return 0;
    }

    private static async Task RepeatAsync(Place place, Func<Place, NodeIdentity, CancellationToken, Task> attack, NodeIdentity identity, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            Interlocked.Increment(ref s_tries);
            try
            {
                await attack(place, identity, stop);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // Refused, closed, or the time is over.
            }
            await Task.Delay(1_000, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SilentAsync(Place place, NodeIdentity identity, CancellationToken stop)
    {
        using Socket socket = await LoadLink.ConnectAsync(place, stop);
        await socket.ReceiveAsync(new byte[1], stop);
    }

    private static async Task ShakeAsync(Place place, NodeIdentity identity, CancellationToken stop)
    {
        LoadLink link = await LoadLink.OpenAsync(place, identity, null, null, stop);
        if (await link.Shaken.WaitAsync(stop) == PeerRefusal.None)
        {
            Interlocked.Increment(ref s_links);
        }
        link.Close(CloseReason.ServerStopping);
    }

    private static Task DeafAsync(Place place, NodeIdentity identity, CancellationToken stop) => GreetedAsync(place, identity, static (node, link) =>
    {
        byte[] tip = new byte[32 * 32];
        for (int i = 0; i < 32; i++)
        {
            node.Hello!.TipId.CopyTo(tip.AsSpan(32 * i));
        }
        byte[] history = new byte[40];
        BinaryPrimitives.WriteUInt32LittleEndian(history.AsSpan(32), uint.MaxValue);
        link.PauseReading();
        for (int i = 0; i < 60; i++)
        {
            node.Ask(PeerMessage.GetShares, tip);
        }
        node.Ask(PeerMessage.GetChain, history);
    }, stop);

    private static Task HalfAsync(Place place, NodeIdentity identity, CancellationToken stop) => GreetedAsync(place, identity, static (_, link) =>
    {
        byte[] frame = new byte[PeerFrame.HeaderBytes + PeerMessageRule.FrameBytesMax - 1];
        PeerFrame.WriteHeader(frame, PeerMessage.BlockAnn, PeerMessageRule.FrameBytesMax, 0);
        link.Write(frame);
    }, stop);

    private static Task BrokenAsync(Place place, NodeIdentity identity, CancellationToken stop) => GreetedAsync(place, identity, static (_, link) =>
        link.Write(RandomNumberGenerator.GetBytes(64)), stop);

    /// <summary>Through the handshake, with a puzzle where one is wanted; then as it likes, until it is closed.</summary>
    private static async Task GreetedAsync(
        Place place, NodeIdentity identity, Action<LoadNode, LoadLink> then, CancellationToken stop)
    {
        LoadNode node = new(identity, s_chain);
        LoadLink link = await LoadLink.OpenAsync(place, identity, null, node.On, stop);
        PeerRefusal refusal = await link.Shaken.WaitAsync(stop);
        if (refusal == PeerRefusal.PuzzleWanted)
        {
            string? solution = await SolveAsync(place.Server, stop);
            link = await LoadLink.OpenAsync(place, identity, solution, node.On, stop);
            refusal = await link.Shaken.WaitAsync(stop);
        }
        while (refusal == PeerRefusal.None && !node.IsOpen && !link.Ended.IsCompleted)
        {
            await Task.Delay(20, stop);
        }
        if (node.IsOpen)
        {
            Interlocked.Increment(ref s_links);
            then(node, link);
        }
        await link.Ended.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        link.Close(CloseReason.ServerStopping);
    }

    private static async Task<string?> SolveAsync(NodeId server, CancellationToken stop)
    {
        await s_solving.WaitAsync(stop);
        try
        {
            PeerPuzzle puzzle = new(PeerPuzzle.BucketOf(TimeProvider.System.GetUtcNow()), (UInt128)Random.Shared.NextInt64(), 0);
            return puzzle.Search(server, PeerPuzzle.BitsMin, 1 << 22)?.ToString();
        }
        finally
        {
            s_solving.Release();
        }
    }
}
