using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Node;
using Otedama.Wire;
using Xunit;

namespace Otedama.Tests.Node;

/// <summary>Seeded nonsense for every method: an answer each time, an internal error never, the chain unchanged.</summary>
public class RpcFuzzTests
{
    private const int Seed = 20261;

    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1e99", "99999999999999999999", "\"\"", "\"00\"", "\"zz\"", "[]", "{}", "[[[[[]]]]]", "\"\\ud800\"",
        "{\"mode\":7}", "{\"rules\":[1]}", "{\"rules\":[\"segwit\"],\"longpollid\":3}", "{\"mode\":\"proposal\",\"data\":\"zz\"}", "1.5", "\"1e9\"",
        "\"" + new string('f', 64) + "\"", "\"" + new string('0', 160) + "\"", "\"" + new string('0', 160) + "ffffffffffffffffff\"",
    ];

    [Fact]
    public async Task Random_requests_are_answered_and_change_nothing()
    {
        using Fixture fixture = new();
        Random random = new(Seed);
        string[] names = [.. fixture.Dispatcher.Methods.Select(method => method.Name).Where(name => name != "stop"), "x"];
        for (int i = 0; i < 6000; i++)
        {
            IEnumerable<string> values = Enumerable.Range(0, random.Next(4)).Select(_ => s_values[random.Next(s_values.Length)]);
            string parameters = random.Next(10) == 0 ? s_values[random.Next(s_values.Length)] : $"[{string.Join(',', values)}]";
            string text = $$"""{"id":{{s_values[random.Next(4)]}},"method":"{{names[random.Next(names.Length)]}}","params":{{parameters}}}""";
            await AnswerAsync(fixture, Encoding.UTF8.GetBytes(text));
        }
        Assert.Equal(0, fixture.Chain.Tip.Height);
    }

    [Fact]
    public async Task Damaged_requests_are_answered()
    {
        using Fixture fixture = new();
        Random random = new(Seed + 1);
        byte[] good = Encoding.UTF8.GetBytes("""[{"jsonrpc":"2.0","id":1,"method":"getblocktemplate","params":[{"rules":["segwit"]}]},{"id":"a","method":"getblockhash","params":{"height":0}}]""");
        for (int i = 0; i < 6000; i++)
        {
            byte[] bytes = [.. good];
            for (int flips = random.Next(1, 6); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }
            await AnswerAsync(fixture, bytes.AsMemory(0, random.Next(bytes.Length + 1)));
        }
    }

    [Fact]
    public async Task Damaged_blocks_are_refused_and_never_become_the_tip()
    {
        using Fixture fixture = new();
        Random random = new(Seed + 2);
        long tries = 100_000;
        byte[] good = fixture.Chain.Generate(new byte[] { Script.Op1 }, ref tries, CancellationToken.None)!.ToArray();
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. good];
            int place = random.Next(4, bytes.Length);
            if (place is (>= 68 and < 72) or (>= 76 and < 80))
            {
                continue; // half of all headers are proofs at this target: another time or nonce can be a block of its own
            }
            bytes[place] ^= (byte)(1 << random.Next(8));
            string hex = Hex.Encode(bytes.AsSpan(0, random.Next(20) == 0 ? random.Next(bytes.Length) : bytes.Length));
            JsonNode reply = await AnswerAsync(fixture, Encoding.UTF8.GetBytes($$"""{"id":1,"method":"submitblock","params":["{{hex}}"]}"""));
            Assert.True(reply["error"] is not null || reply["result"] is not null, hex);
            Assert.Equal(0, fixture.Chain.Tip.Height);
        }
    }

    private static async Task<JsonNode> AnswerAsync(Fixture fixture, ReadOnlyMemory<byte> body)
    {
        RpcReply reply = await fixture.Dispatcher.HandleAsync(body, CancellationToken.None);
        JsonNode parsed = reply.Status == 204 ? new JsonObject() : JsonNode.Parse(reply.Body.Span)!;
        foreach (JsonNode? each in parsed is JsonArray batch ? batch : new JsonArray(parsed.DeepClone()))
        {
            bool broke = ((int?)each!["error"]?["code"] ?? 0) == RpcFaultCode.InternalError;
            Assert.False(broke, Encoding.UTF8.GetString(body.Span) + each.ToJsonString());
        }
        return parsed;
    }

    private sealed class Fixture : IDisposable
    {
        private readonly NodeDirectory _directory = NodeDirectory.Open(TestNode.NewFolder());

        public Fixture()
        {
            EmbeddedNodeOptions options = TestNode.Options(_directory.Path) with { LongPollMax = TimeSpan.Zero };
            Chain = new EmbeddedChain(_directory, options, new ManagedProofs(), TimeProvider.System, NullLogger.Instance);
            Dispatcher = new RpcDispatcher(new NodeRpc(Chain, options, TimeProvider.System, () => { }).Methods(), NullLogger.Instance);
        }

        public EmbeddedChain Chain { get; }

        public RpcDispatcher Dispatcher { get; }

        public void Dispose()
        {
            Chain.Dispose();
            _directory.Dispose();
            Directory.Delete(_directory.Path, recursive: true);
        }
    }
}
