using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;

namespace Otedama;

/// <summary>
/// The way of a verb to the fleet: the running instance that watches it, or, where none does, one look of our own at
/// every device. Orders go the same way, so that the audit log has one writer.
/// </summary>
internal sealed class AsicDoor : IDisposable
{
    private readonly ApiClient? _client;
    private readonly FleetHost? _host;
    private readonly DataDirectory? _directory;

    private AsicDoor(ApiClient client) => _client = client;

    private AsicDoor(FleetHost host, DataDirectory directory) => (_host, _directory) = (host, directory);

    /// <summary>Throws CommandException or ConfigurationException when there is no fleet, or it cannot be
    /// reached.</summary>
    public static async Task<AsicDoor> OpenAsync(CommandContext context, ParseResult result, CancellationToken stop)
    {
        Configuration configuration = context.Load(result);
        IReadOnlyDictionary<string, string> environment = context.Outside.Environment;
        string root = DataDirectory.Locate(configuration, environment);
        if (InstanceRecord.TryRead(root, out InstanceFile? file) && file.ApiUrl is not null
            && await TryRemoteAsync(configuration, environment, stop) is { } remote)
        {
            return remote;
        }
        List<string> problems = [];
        FleetPlan? plan = FleetPlan.Make(configuration, root, environment, problems);
        if (problems.Count > 0)
        {
            throw new ConfigurationException([.. problems.Distinct()]);
        }
        if (plan is null)
        {
            throw new CommandException(ExitCode.Configuration,
                "No fleet is configured. Name its devices, such as --set asic.fleet.devices=192.168.1.7, or write "
                + "asic.fleet.devices or asic.fleet.ranges into the configuration; otedama asic scan RANGE finds "
                    + "them.");
        }
        DataDirectory directory = DataDirectory.Open(root, configuration.Get(Settings.AllowLoosePermissions));
        try
        {
            FleetHost host = new(plan, NullLoggerFactory.Instance, context.Outside.Clock);
            await host.LookOnceAsync(stop);
            return new AsicDoor(host, directory);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    /// <summary>A running instance does what is asked.</summary>
    public bool IsRemote => _client is not null;

    public Task<FleetAnswer> FleetAsync(CancellationToken stop) =>
        _client?.GetAsync($"fleet?limit={FleetPage.All.Limit}", AnswerJson.Default.FleetAnswer, stop)
            ?? Task.FromResult(_host!.Fleet(FleetPage.All));

    /// <summary>Asks every device again, where no instance does.</summary>
    public Task RefreshAsync(CancellationToken stop) => _host?.LookOnceAsync(stop) ?? Task.CompletedTask;

    public async Task<FleetDeviceAnswer> DeviceAsync(string name, CancellationToken stop) => _client is not null
        ? await _client.GetAsync($"fleet/device?device={Uri.EscapeDataString(name)}",
            AnswerJson.Default.FleetDeviceAnswer, stop)
        : _host!.Device(name) ?? throw _host.Unknown(name);

    public async Task<FleetHistoryAnswer> HistoryAsync(string name, double hours, CancellationToken stop) =>
        _client is not null
        ? await _client.GetAsync(
        FormattableString.Invariant($"fleet/history?device={Uri.EscapeDataString(name)}&hours={hours}"),
        AnswerJson.Default.FleetHistoryAnswer, stop)
        : _host!.History(name, TimeSpan.FromHours(hours)) ?? throw _host.Unknown(name);

    public Task<FleetOrderAnswer> OrderAsync(FleetOrderRequest request, CancellationToken stop) => _client is not null
        ? _client.PostAsync("fleet/order", request, AnswerJson.Default.FleetOrderRequest,
            AnswerJson.Default.FleetOrderAnswer, stop)
        : _host!.OrderAsync(request, stop);

    public Task<FleetOrderAnswer> AgreeAsync(string name, CancellationToken stop) => _client is not null
        ? _client.PostAsync($"fleet/agree?device={Uri.EscapeDataString(name)}", AnswerJson.Default.FleetOrderAnswer,
            stop)
        : Task.FromResult(_host!.Agree(name));

    public Task<FleetOrderAnswer> TuneAsync(string name, string goal, CancellationToken stop) => _client is not null
        ? _client.PostAsync($"fleet/tune?device={Uri.EscapeDataString(name)}&goal={goal}",
            AnswerJson.Default.FleetOrderAnswer, stop)
        : throw new CommandException(ExitCode.Unreachable,
            "Tuning takes minutes for each step and is done by a running instance, and none runs. Start one "
                + "with: otedama");

    /// <summary>Where no instance runs: stays until all devices are as wanted.</summary>
    public async Task<FleetOrderAnswer> CurtailAsync(double? watts, string? group, bool skipUnknown,
        CancellationToken stop)
    {
        if (_client is not null)
        {
            string query = FormattableString.Invariant(
                $"watts={watts}&group={Uri.EscapeDataString(group ?? "")}&skip_unknown={(skipUnknown ? "true" : "")}");
            return await _client.PostAsync($"fleet/curtail?{query}", AnswerJson.Default.FleetOrderAnswer, stop);
        }
        FleetOrderAnswer answer = _host!.Curtail(watts, group, skipUnknown);
        while (_host.IsCurtailing)
        {
            await _host.WaitAsync(_host.Step(), stop);
        }
        IReadOnlyList<string> failures = _host.CurtailFailures;
        return answer with
        {
            Results = [answer.Results[0] with { Result = failures.Count == 0 ? "done" : "failed", Steps = failures }],
        };
    }

    public void Dispose()
    {
        _client?.Dispose();
        _host?.Dispose();
        _directory?.Dispose();
    }

    /// <summary>Null where the instance is gone without having cleaned up, or watches no fleet.</summary>
    private static async Task<AsicDoor?> TryRemoteAsync(
        Configuration configuration, IReadOnlyDictionary<string, string> environment, CancellationToken stop)
    {
        ApiClient client = ApiClient.Find(configuration, environment, ApiClient.PatienceOfFleet);
        bool isUsed = false;
        try
        {
            FleetAnswer fleet = await client.GetAsync("fleet?limit=1", AnswerJson.Default.FleetAnswer, stop);
            if (!fleet.Configured)
            {
                throw new CommandException(ExitCode.Configuration,
                    "The running instance watches no fleet. Write asic.fleet.devices or asic.fleet.ranges into "
                        + "its configuration "
                    + "and restart it.");
            }
            isUsed = true;
            return new AsicDoor(client);
        }
        catch (CommandException e) when (e.Code == ExitCode.Unreachable)
        {
            return null;
        }
        finally
        {
            if (!isUsed)
            {
                client.Dispose();
            }
        }
    }
}
