using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Otedama.Core;
using Otedama.Node;

namespace Otedama.Tests.Node;

/// <summary>An embedded node in a folder of its own, and a client that speaks to it over HTTP.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    private TestNode(EmbeddedNode node, TestClock clock, string folder, bool ownsFolder)
    {
        (Node, Clock, Folder, _ownsFolder) = (node, clock, folder, ownsFolder);
        Client = new HttpClient { BaseAddress = node.RpcUri, Timeout = Patience.Limit };
        Client.DefaultRequestHeaders.Authorization = Basic(File.ReadAllText(node.CookiePath));
    }

    public EmbeddedNode Node { get; }

    public TestClock Clock { get; }

    public string Folder { get; }

    public HttpClient Client { get; }

    public static AuthenticationHeaderValue Basic(string userAndPassword) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(userAndPassword)));

    public static string NewFolder() => Directory.CreateTempSubdirectory("otedama-node-").FullName;

    public static EmbeddedNodeOptions Options(string folder) => new()
    {
        DataDirectory = folder,
        Coin = CoinCatalogue.BitcoinRegtest,
        Retarget = RetargetMode.Off,
        SyncToDisk = false,
        LongPollMempoolDelay = TimeSpan.FromMilliseconds(20),
    };

    public static async Task<TestNode> StartAsync(string? folder = null, Func<EmbeddedNodeOptions, EmbeddedNodeOptions>? change = null, TestClock? clock = null)
    {
        string path = folder ?? NewFolder();
        EmbeddedNodeOptions options = Options(path);
        clock ??= new TestClock();
        EmbeddedNode node = await EmbeddedNode.StartAsync(
            change?.Invoke(options) ?? options, new ManagedProofs(), NullLoggerFactory.Instance, clock, CancellationToken.None);
        return new TestNode(node, clock, path, folder is null);
    }

    /// <summary>The whole reply: result, error, id.</summary>
    public async Task<(HttpStatusCode Status, JsonNode Reply)> RawAsync(string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Client.PostAsync("", content);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }

    /// <summary>The result; fails the test on an error.</summary>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode?[] parameters)
    {
        (_, JsonNode reply) = await RawAsync(Request(method, parameters));
        Xunit.Assert.True(reply["error"] is null, reply.ToJsonString());
        return reply["result"];
    }

    /// <summary>Code and message of the error; fails the test when there is none.</summary>
    public async Task<(int Code, string Message)> FaultAsync(string method, params JsonNode?[] parameters)
    {
        (_, JsonNode reply) = await RawAsync(Request(method, parameters));
        Xunit.Assert.True(reply["error"] is not null, reply.ToJsonString());
        return ((int)reply["error"]!["code"]!, (string)reply["error"]!["message"]!);
    }

    public async Task<string[]> GenerateAsync(int count, string? address = null)
    {
        JsonNode? ids = await CallAsync("generatetoaddress", count, address ?? Node.MiningAddress);
        return [.. ids!.AsArray().Select(id => (string)id!)];
    }

    public Task<JsonNode?> TemplateAsync() => CallAsync("getblocktemplate", JsonNode.Parse("""{"rules":["segwit"]}"""));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Node.DisposeAsync();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }

    private static string Request(string method, JsonNode?[] parameters) => new JsonObject
    {
        ["id"] = 1,
        ["method"] = method,
        ["params"] = new JsonArray(parameters),
    }.ToJsonString();
}
