using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Otedama.Core;
using Otedama.Node;
using Xunit;

namespace Otedama.Tests.Node;

/// <summary>The conversation a pool or a person has with the node, over HTTP.</summary>
public class NodeRpcTests
{
    [Fact]
    public async Task A_fresh_chain_answers_every_question()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode info = (await node.CallAsync("getblockchaininfo"))!;
        Assert.Equal("regtest", (string)info["chain"]!);
        Assert.Equal(0, (int)info["blocks"]!);
        Assert.False((bool)info["initialblockdownload"]!);
        string genesis = (string)(await node.CallAsync("getblockhash", 0))!;
        Assert.Equal(genesis, (string)info["bestblockhash"]!);
        Assert.Equal(genesis, (string)(await node.CallAsync("getbestblockhash"))!);
        Assert.Equal(0, (int)(await node.CallAsync("getblockcount"))!);
        Assert.True((double)(await node.CallAsync("getdifficulty"))! > 0);
        Assert.Equal(0, (int)(await node.CallAsync("getconnectioncount"))!);
        Assert.True((long)(await node.CallAsync("uptime"))! >= 0);
        Assert.Contains("getblocktemplate", (string)(await node.CallAsync("help"))!, StringComparison.Ordinal);
        JsonNode mining = (await node.CallAsync("getmininginfo"))!;
        Assert.Equal(("regtest", 0, 0), ((string)mining["chain"]!, (int)mining["blocks"]!, (int)mining["pooledtx"]!));
        JsonNode network = (await node.CallAsync("getnetworkinfo"))!;
        Assert.Equal((0, "/Otedama:0.1.0/"), ((int)network["connections"]!, (string)network["subversion"]!));
    }

    [Fact]
    public async Task Blocks_are_shown_in_all_three_depths()
    {
        await using TestNode node = await TestNode.StartAsync();
        string[] ids = await node.GenerateAsync(3);
        Assert.Equal(3, (int)(await node.CallAsync("getblockcount"))!);
        byte[] raw = Hex.Decode((string)(await node.CallAsync("getblock", ids[1], 0))!);
        Block block = Block.Parse(raw);
        Assert.Equal(ids[1], block.Id.ToString());
        JsonNode one = (await node.CallAsync("getblock", ids[1]))!;
        Assert.Equal((2, 2, ids[0], ids[2]), ((int)one["height"]!, (int)one["confirmations"]!, (string)one["previousblockhash"]!, (string)one["nextblockhash"]!));
        Assert.Equal(block.Transactions[0].TxId.ToString(), (string)one["tx"]![0]!);
        Assert.Equal((raw.Length, block.Weight), ((int)one["size"]!, (int)one["weight"]!));
        JsonNode two = (await node.CallAsync("getblock", ids[1], 2))!;
        Assert.Equal(50m, (decimal)two["tx"]![0]!["vout"]![0]!["value"]!);
        Assert.Equal(node.Node.MiningAddress, (string)two["tx"]![0]!["vout"]![0]!["scriptPubKey"]!["address"]!);
        Assert.Equal(160, ((string)(await node.CallAsync("getblockheader", ids[1], false))!).Length);
        Assert.Equal(ids[1], (string)(await node.CallAsync("getblockheader", ids[1]))!["hash"]!);
        JsonNode coin = (await node.CallAsync("gettxout", block.Transactions[0].TxId.ToString(), 0))!;
        Assert.Equal((2, 50m, true), ((int)coin["confirmations"]!, (decimal)coin["value"]!, (bool)coin["coinbase"]!));
        Assert.Null(await node.CallAsync("gettxout", ids[0], 0));
    }

    [Fact]
    public async Task The_template_carries_what_BIP_22_23_and_145_name()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode template = (await node.TemplateAsync())!;
        string[] keys =
        [
            "capabilities", "version", "rules", "vbavailable", "vbrequired", "previousblockhash", "transactions", "coinbaseaux",
            "coinbasevalue", "longpollid", "target", "mintime", "mutable", "noncerange", "sigoplimit", "sizelimit", "weightlimit",
            "curtime", "bits", "height", "default_witness_commitment",
        ];
        Assert.Equal(keys, template.AsObject().Select(member => member.Key));
        Assert.Equal((1, 5_000_000_000L, "207fffff"), ((int)template["height"]!, (long)template["coinbasevalue"]!, (string)template["bits"]!));
        Assert.True((long)template["mintime"]! <= (long)template["curtime"]!);
        Block block = HandmadeBlock.From(template).Build();
        Assert.Null(await node.CallAsync("submitblock", HandmadeBlock.Hexed(block)));
        Assert.Equal(block.Id.ToString(), (string)(await node.CallAsync("getbestblockhash"))!);
    }

    [Fact]
    public async Task Proposals_are_judged_without_proof_of_work_and_change_nothing()
    {
        await using TestNode node = await TestNode.StartAsync();
        HandmadeBlock miner = HandmadeBlock.From((await node.TemplateAsync())!);
        Block good = HandmadeBlock.Solve(miner.Build(), solved: false);
        Assert.Null(await Propose(node, good));
        miner.Value += new Amount(1);
        Assert.Equal("bad-cb-amount", (string)(await Propose(node, miner.Build()))!);
        miner.Previous = Hash256.Zero;
        Assert.Equal("inconclusive-not-best-prevblk", (string)(await Propose(node, miner.Build()))!);
        Assert.Equal(0, (int)(await node.CallAsync("getblockcount"))!);
        string known = (await node.GenerateAsync(1))[0];
        string hex = (string)(await node.CallAsync("getblock", known, 0))!;
        Assert.Equal("duplicate", (string)(await Propose(node, Block.Parse(Hex.Decode(hex))))!);
        (int code, _) = await node.FaultAsync("getblocktemplate", JsonNode.Parse("""{"mode":"proposal"}"""));
        Assert.Equal(-3, code);
        (code, _) = await node.FaultAsync("getblocktemplate", JsonNode.Parse("""{"mode":"proposal","data":"00"}"""));
        Assert.Equal(-22, code);
    }

    [Theory]
    [InlineData("getblocktemplate", "[]", -8, "segwit rule set")]
    [InlineData("getblocktemplate", """[{"rules":[]}]""", -8, "segwit rule set")]
    [InlineData("getblocktemplate", """[{"mode":"x","rules":["segwit"]}]""", -8, "Invalid mode")]
    [InlineData("getblocktemplate", """["x"]""", -3, "not of expected type object")]
    [InlineData("getblockhash", "[1]", -8, "Block height out of range")]
    [InlineData("getblockhash", "[-1]", -8, "Block height out of range")]
    [InlineData("getblockhash", """["1"]""", -3, "not of expected type number")]
    [InlineData("getblockhash", "[]", -1, "getblockhash")]
    [InlineData("getblockhash", "[0,1,2]", -1, "getblockhash")]
    [InlineData("getblock", """["00"]""", -8, "must be of length 64 (not 2")]
    [InlineData("getblock", """["zz00000000000000000000000000000000000000000000000000000000000000"]""", -8, "must be hexadecimal")]
    [InlineData("getblock", """["0000000000000000000000000000000000000000000000000000000000000001"]""", -5, "Block not found")]
    [InlineData("getblockheader", """["0000000000000000000000000000000000000000000000000000000000000001"]""", -5, "Block not found")]
    [InlineData("submitblock", """["zz"]""", -22, "Block decode failed")]
    [InlineData("submitblock", """["00"]""", -22, "Block decode failed")]
    [InlineData("generatetoaddress", """[1,"nonsense"]""", -5, "Invalid address")]
    [InlineData("generatetoaddress", """[1001,"nonsense"]""", -8, "outside 0 to 1000")]
    [InlineData("sendrawtransaction", """["00"]""", -22, "TX decode failed")]
    [InlineData("sendtoaddress", """["x","1"]""", -5, "Invalid address")]
    [InlineData("nosuchmethod", "[]", -32601, "Method not found")]
    public async Task Wrong_calls_get_the_code_Bitcoin_Core_gives(string method, string parameters, int code, string words)
    {
        await using TestNode node = await TestNode.StartAsync();
        (HttpStatusCode status, JsonNode reply) = await node.RawAsync($$"""{"id":"x","method":"{{method}}","params":{{parameters}}}""");
        Assert.Equal(code, (int)reply["error"]!["code"]!);
        Assert.Contains(words, (string)reply["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Null(reply["result"]);
        Assert.Equal("x", (string)reply["id"]!);
        Assert.Equal(code == -32601 ? HttpStatusCode.NotFound : HttpStatusCode.InternalServerError, status);
    }

    [Theory]
    [InlineData("{", -32700, 500)]
    [InlineData("", -32700, 500)]
    [InlineData("7", -32700, 500)]
    [InlineData("{}", -32600, 400)]
    [InlineData("""{"method":1}""", -32600, 400)]
    [InlineData("""{"method":"uptime","params":3}""", -32600, 400)]
    [InlineData("""{"jsonrpc":2,"method":"uptime"}""", -32600, 400)]
    public async Task Malformed_requests_get_their_code_and_status(string body, int code, int status)
    {
        await using TestNode node = await TestNode.StartAsync();
        (HttpStatusCode actual, JsonNode reply) = await node.RawAsync(body);
        Assert.Equal(code, (int)reply["error"]!["code"]!);
        Assert.Equal(status, (int)actual);
    }

    [Fact]
    public async Task Batches_named_parameters_and_version_2_work()
    {
        await using TestNode node = await TestNode.StartAsync();
        (HttpStatusCode status, JsonNode reply) = await node.RawAsync(
            """[{"id":1,"method":"getblockcount"},{"id":2,"method":"nope"},7,{"jsonrpc":"2.0","id":3,"method":"getblockhash","params":{"height":0}},{"jsonrpc":"2.0","method":"getblockcount"}]""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(4, reply.AsArray().Count); // the notification is silent
        Assert.Equal(0, (int)reply[0]!["result"]!);
        Assert.Equal(-32601, (int)reply[1]!["error"]!["code"]!);
        Assert.Equal(-32600, (int)reply[2]!["error"]!["code"]!);
        Assert.Equal("2.0", (string)reply[3]!["jsonrpc"]!);
        Assert.False(reply[3]!.AsObject().ContainsKey("error"));
        (status, reply) = await node.RawAsync("""{"jsonrpc":"2.0","id":9,"method":"nope"}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.False(reply.AsObject().ContainsKey("result"));
        (_, reply) = await node.RawAsync("[" + string.Join(',', Enumerable.Repeat("{}", 1001)) + "]");
        Assert.Equal(-32600, (int)reply["error"]!["code"]!);
        (_, reply) = await node.RawAsync("""{"id":1,"method":"getblockhash","params":{"heigth":0}}""");
        Assert.Equal(-8, (int)reply["error"]!["code"]!);
    }

    [Fact]
    public async Task Only_the_cookie_and_the_configured_user_get_in()
    {
        await using TestNode node = await TestNode.StartAsync(change: options => options with { RpcUser = "me", RpcPassword = "secret:word" });
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.Node.CookiePath));
        }
        using HttpClient other = new() { BaseAddress = node.Node.RpcUri };
        using StringContent body = new("""{"id":1,"method":"getblockcount"}""", Encoding.UTF8, "application/json");
        foreach ((string? login, HttpStatusCode expected) in new (string?, HttpStatusCode)[]
        {
            (null, HttpStatusCode.Unauthorized), ("me:wrong", HttpStatusCode.Unauthorized), ("__cookie__:", HttpStatusCode.Unauthorized),
            ("me:secret:word", HttpStatusCode.OK),
        })
        {
            other.DefaultRequestHeaders.Authorization = login is null ? null : TestNode.Basic(login);
            using HttpResponseMessage response = await other.PostAsync("", body);
            Assert.Equal(expected, response.StatusCode);
            Assert.Equal(expected == HttpStatusCode.Unauthorized, response.Headers.WwwAuthenticate.Count == 1);
        }
        using HttpResponseMessage get = await node.Client.GetAsync("");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, get.StatusCode);
    }

    [Fact]
    public async Task Addresses_are_validated_for_this_chain()
    {
        await using TestNode node = await TestNode.StartAsync();
        JsonNode good = (await node.CallAsync("validateaddress", node.Node.MiningAddress))!;
        Assert.Equal((true, true, 0), ((bool)good["isvalid"]!, (bool)good["iswitness"]!, (int)good["witness_version"]!));
        Assert.Equal("0020", ((string)good["scriptPubKey"]!)[..4]);
        JsonNode bad = (await node.CallAsync("validateaddress", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"))!;
        Assert.False((bool)bad["isvalid"]!);
        Assert.NotEmpty((string)bad["error"]!);
    }

    [Fact]
    public async Task The_default_chain_begins_at_an_easy_target_and_is_not_mixed_with_another()
    {
        string folder = TestNode.NewFolder();
        await using (TestNode node = await TestNode.StartAsync(folder, options => new EmbeddedNodeOptions { DataDirectory = folder }))
        {
            JsonNode template = (await node.TemplateAsync())!;
            Assert.Equal("1d400000", (string)template["bits"]!);
            Assert.Null(await Propose(node, HandmadeBlock.From(template).Build(solve: false)));
            Assert.StartsWith("ote1q", node.Node.MiningAddress, StringComparison.Ordinal);
            Assert.Equal("high-hash", (string?)await node.CallAsync("submitblock", HandmadeBlock.Hexed(HandmadeBlock.From(template).Build(solve: false))));
        }
        InvalidDataException error = await Assert.ThrowsAsync<InvalidDataException>(() => TestNode.StartAsync(folder));
        Assert.Contains("other rules", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_make_no_sense_are_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => TestNode.StartAsync(change: options => options with { BlockSeconds = 0 }));
        await Assert.ThrowsAsync<ArgumentException>(() => TestNode.StartAsync(change: options => options with { RpcUser = "x" }));
    }

    [Fact]
    public async Task Stop_tells_the_owner()
    {
        await using TestNode node = await TestNode.StartAsync();
        Assert.False(node.Node.StopRequested.IsCompleted);
        await node.CallAsync("stop");
        await node.Node.StopRequested.WaitAsync(Patience.Limit);
    }

    private static Task<JsonNode?> Propose(TestNode node, Block block) =>
        node.CallAsync("getblocktemplate", new JsonObject { ["mode"] = "proposal", ["data"] = HandmadeBlock.Hexed(block) });
}
