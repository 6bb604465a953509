using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit;

namespace Otedama.Tests.Published;

/// <summary>Three pools of one share chain that were told nothing but a node of the DHT, which is one of them.</summary>
public sealed class DiscoveryTests
{
    [Fact]
    public async Task Nodes_that_know_only_the_dht_find_each_other()
    {
        string program = PublishedProgram.PathOrSkip();
        using TempFolder folder = new();
        int[] ports = [FreePort.Next(), FreePort.Next(), FreePort.Next()];
        string entry = $"127.0.0.1:{ports[0]}";
        Node[] nodes =
        [
            new(program, Path.Combine(folder.Path, "a"), ports[0], "dht.mode=server"),
            new(program, Path.Combine(folder.Path, "b"), ports[1], $"dht.nodes={entry}"),
            new(program, Path.Combine(folder.Path, "c"), ports[2], $"dht.nodes={entry}"),
        ];
        try
        {
            await Patience.UntilAsync(() => nodes[1].HasPeer(nodes[2]) && nodes[2].HasPeer(nodes[1])
                || Array.Exists(nodes, static node => node.HasEnded));
            Assert.All(nodes, static node => Assert.False(node.HasEnded, node.Said));
            Assert.DoesNotContain("step_failed", nodes[1].Said, StringComparison.Ordinal);
        }
        finally
        {
            foreach (Node node in nodes)
            {
                await node.EndAsync();
            }
        }
    }

    /// <summary>The name server is asked half a minute after the start, when nobody else has helped.</summary>
    [Fact]
    public async Task A_node_that_knows_only_a_name_finds_the_node_that_it_names()
    {
        string program = PublishedProgram.PathOrSkip();
        using TempFolder folder = new();
        int[] ports = [FreePort.Next(), FreePort.Next()];
        DnsZone zone = new DnsZone()
            .Service("_otedama._tcp.seeds.test", "one.seeds.test", ports[0]).Address("one.seeds.test", "127.0.0.1");
        using DnsServer server = new(zone);
        Node[] nodes =
        [
            new(program, Path.Combine(folder.Path, "a"), ports[0]),
            new(program, Path.Combine(folder.Path, "b"), ports[1],
                "p2p.dns_seeds=seeds.test", $"p2p.dns_server={server.Place}"),
        ];
        try
        {
            await Patience.UntilAsync(() =>
                nodes[1].HasPeer(nodes[0]) || Array.Exists(nodes, static node => node.HasEnded));
            Assert.All(nodes, static node => Assert.False(node.HasEnded, node.Said));
            Assert.Contains("DNS seed seeds.test: 1 addresses, 1 of them not known before", nodes[1].Said,
                StringComparison.Ordinal);
        }
        finally
        {
            foreach (Node node in nodes)
            {
                await node.EndAsync();
            }
        }
    }

    private sealed class Node
    {
        private const string IdMark = "this node is otp2p://";

        private readonly ConcurrentQueue<string> _said = [];
        private readonly Process _process;

        public Node(string program, string data, int port, params string[] more)
        {
            string[] settings =
            [
                $"data_dir={data}", $"pool.port={FreePort.Next()}", $"node.port={FreePort.Next()}", "api.enabled=false",
                "metrics.enabled=false", "mining.enabled=false", "p2p.enabled=true", "p2p.listen=127.0.0.1",
                $"p2p.port={port}", "p2p.nat=off", "p2p.allow=127.0.0.0/8", "dht.allow_private=true", .. more,
            ];
            _process = Process.Start(new ProcessStartInfo(program, ["pool", .. settings.SelectMany(static setting =>
                (string[])["--set", setting])])
            { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _process.OutputDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
            _process.ErrorDataReceived += (_, line) => _said.Enqueue(line.Data ?? "");
            _process.BeginOutputReadLine();
            _process.BeginErrorReadLine();
        }

        public bool HasEnded => _process.HasExited;

        public string Said => string.Join('\n', _said);

        /// <summary>The first digits of its id, as the logs of others name it; empty before it has said it.</summary>
        private string Name
        {
            get
            {
                string line = _said.FirstOrDefault(static one => one.Contains(IdMark, StringComparison.Ordinal)) ?? "";
                return line.Length == 0 ? "" : line[(line.IndexOf(IdMark, StringComparison.Ordinal) + IdMark.Length)..][..12];
            }
        }

        public bool HasPeer(Node other) => other.Name is { Length: > 0 } name
            && _said.Any(line => line.Contains($"Peer {name}@", StringComparison.Ordinal)
                && line.Contains("share chain at height", StringComparison.Ordinal));

        public async Task EndAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync().WaitAsync(Patience.Limit);
            _process.Dispose();
        }
    }
}
