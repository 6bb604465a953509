using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Otedama.Tests.App;

/// <summary>
/// One page in a browser without a screen, steered over the DevTools protocol: scripts run in the page, its size and colours
/// are set, pictures are taken.
/// </summary>
internal sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = Patience.Limit;

    private readonly TempFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly CancellationTokenSource _limit = new(TimeSpan.FromMinutes(6));
    private readonly Process _process;
    private string? _session;
    private int _id;

    private Browser(Process process, TempFolder profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>The page at this address, loaded; `language` is what the browser says it prefers.</summary>
    public static async Task<Browser> OpenAsync(string url, string language = "en")
    {
        TempFolder profile = new();
        ProcessStartInfo start = new(Chromium.Path!) { RedirectStandardError = true, RedirectStandardOutput = true };
        string[] arguments =
            [.. Chromium.Quiet, $"--user-data-dir={profile.Path}", "--remote-debugging-port=0", $"--lang={language}", $"--accept-lang={language}", "about:blank"];
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        Browser browser = new(Process.Start(start)!, profile);
        try
        {
            await browser.ConnectAsync();
            await browser.CallAsync("Page.enable", []);
            await browser.CallAsync("Page.navigate", new JsonObject { ["url"] = url });
            await browser.UntilAsync("document.readyState === 'complete' && document.querySelector('#version').textContent !== ''");
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>The value of an expression in the page; promises are awaited.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression,
            ["returnByValue"] = true,
            ["awaitPromise"] = true,
        });
        return answer["exceptionDetails"] is { } problem
            ? throw new InvalidOperationException($"{expression}: {problem.ToJsonString()}")
            : answer["result"]!["value"];
    }

    /// <summary>Waits for the page, not for a time: until the expression is true.</summary>
    public async Task UntilAsync(string expression)
    {
        long start = Stopwatch.GetTimestamp();
        while (await EvaluateAsync($"Boolean({expression})") is not JsonValue value || !value.GetValue<bool>())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                throw new TimeoutException($"the page never came to: {expression}");
            }
            await Task.Delay(50, _limit.Token);
        }
    }

    public Task SetWidthAsync(int width, int height = 1600) => CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject
    {
        ["width"] = width,
        ["height"] = height,
        ["deviceScaleFactor"] = 1,
        ["mobile"] = width < 600,
    });

    /// <summary>Of the whole page, as PNG.</summary>
    public async Task PictureAsync(string path)
    {
        JsonNode picture = await CallAsync("Page.captureScreenshot", new JsonObject { ["captureBeyondViewport"] = true });
        await File.WriteAllBytesAsync(path, Convert.FromBase64String(picture["data"]!.GetValue<string>()));
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _limit.Dispose();
        _profile.Dispose();
    }

    private async Task ConnectAsync()
    {
        const string Mark = "DevTools listening on ";
        string? line;
        do
        {
            line = await _process.StandardError.ReadLineAsync(_limit.Token);
        }
        while (line is not null && !line.StartsWith(Mark, StringComparison.Ordinal));
        await _socket.ConnectAsync(new Uri((line ?? throw new InvalidOperationException("chromium ended"))[Mark.Length..]), _limit.Token);
        _ = _process.StandardError.ReadToEndAsync(); // never read, it would fill up and stop the browser
        JsonNode target = await CallAsync("Target.createTarget", new JsonObject { ["url"] = "about:blank" });
        JsonNode session = await CallAsync("Target.attachToTarget", new JsonObject
        {
            ["targetId"] = target["targetId"]!.GetValue<string>(),
            ["flatten"] = true,
        });
        _session = session["sessionId"]!.GetValue<string>();
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject parameters)
    {
        JsonObject call = new() { ["id"] = ++_id, ["method"] = method, ["params"] = parameters };
        if (_session is not null)
        {
            call["sessionId"] = _session;
        }
        await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, _limit.Token);
        while (true)
        {
            JsonNode message = await ReceiveAsync();
            if (message["id"]?.GetValue<int>() == _id)
            {
                return message["result"] ?? throw new InvalidOperationException($"{method}: {message["error"]?.ToJsonString()}");
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using MemoryStream text = new();
        byte[] buffer = new byte[64 * 1024];
        ValueWebSocketReceiveResult part;
        do
        {
            part = await _socket.ReceiveAsync(buffer.AsMemory(), _limit.Token);
            text.Write(buffer, 0, part.Count);
        }
        while (!part.EndOfMessage);
        return JsonNode.Parse(text.ToArray())!;
    }
}
