using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Otedama;

/// <summary>
/// Speaks to the instance that runs on the data directory. Every failure is one sentence and exit code 5.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    private const int AnswerMax = 1000; // characters of a sentence that is passed on whole

    /// <summary>Orders that wait for rigs to end, as well as they may, and to start.</summary>
    public static readonly TimeSpan PatienceOfOrders = TimeSpan.FromMinutes(2);

    /// <summary>Pools of a device are changed in up to two and a half minutes, one device after the other.</summary>
    public static readonly TimeSpan PatienceOfFleet = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    private ApiClient(string url, string token, TimeSpan patience)
    {
        // A system proxy must never see a loopback request with its token.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(url.TrimEnd('/') + "/api/v1/"),
            Timeout = patience,
            MaxResponseContentBufferSize = 16 << 20,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <param name="patience">How long an answer may take; null: as long as any that only tells.</param>
    public static ApiClient Find(
        Configuration configuration, IReadOnlyDictionary<string, string> environment, TimeSpan? patience = null)
    {
        string root = DataDirectory.Locate(configuration, environment);
        if (!InstanceRecord.TryRead(root, out InstanceFile? file))
        {
            throw new CommandException(ExitCode.Unreachable, $"No instance runs on {root}. Start one with: otedama. If it uses another directory, give --data-dir.");
        }
        if (file.ApiUrl is null)
        {
            throw new CommandException(ExitCode.Unreachable, $"The instance on {root} (process {file.Pid}) serves no API. Start it with api.enabled: true.");
        }
        try
        {
            return new ApiClient(file.ApiUrl, System.IO.File.ReadAllText(DataDirectory.TokenFileIn(root)).Trim(),
                patience ?? s_patience);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Unreachable, $"The token of the instance on {root} cannot be read: {e.Message} Run this as the user who started it.");
        }
    }

    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, stop);

    public Task<T> PostAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path), type, stop);

    public Task<T> PostAsync<TBody, T>(string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken stop) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body, bodyType)) }, type, stop);

    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken stop)
    {
        string where = $"{request.Method} {_http.BaseAddress}{request.RequestUri}";
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, stop);
            byte[] body = await response.Content.ReadAsByteArrayAsync(stop);
            if (response.StatusCode != HttpStatusCode.OK)
            {
                string said = System.Text.Encoding.UTF8.GetString(body).Trim();
                if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound && !said.StartsWith("not found", StringComparison.Ordinal) && said.Length is > 0 and < AnswerMax)
                {
                    throw new CommandException(ExitCode.Usage, $"{Core.PlainText.Of(said)}.");
                }
                throw new CommandException(ExitCode.BadAnswer, $"The running instance answered {(int)response.StatusCode} to {where}: {SettingTypes.Shorten(said)}");
            }
            return JsonSerializer.Deserialize(body, type)
                ?? throw new CommandException(ExitCode.BadAnswer, $"The running instance gave an empty answer to {where}.");
        }
        catch (JsonException e)
        {
            throw new CommandException(ExitCode.BadAnswer, $"The answer to {where} is not understood: {e.Message} Is it of another version?");
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !stop.IsCancellationRequested))
        {
            throw new CommandException(ExitCode.Unreachable, $"No answer to {where}: {e.Message.TrimEnd('.')}. The instance may have ended without cleaning up; start it with: otedama");
        }
    }
}
