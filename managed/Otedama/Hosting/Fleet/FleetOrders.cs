using Otedama.Asic;

namespace Otedama;

/// <summary>Orders out of words of people and rules.</summary>
internal static class FleetOrders
{
    private const int PoolsMax = 8;

    public static IReadOnlyList<string> Words { get; } = ["restart", "reboot", "pause", "resume", "locate",
        "set_pools"];

    /// <summary>Throws CommandException over a request that is none.</summary>
    public static FleetOrder Make(FleetOrderRequest request)
    {
        if (request.Devices.Count is 0 or > FleetWatch.DevicesMax)
        {
            throw new CommandException(ExitCode.Usage, "No device is named. Give ids, addresses or host names");
        }
        switch (request.Order)
        {
            case "restart":
                return new RestartOrder();
            case "reboot":
                return new RebootOrder();
            case "pause":
                return new PauseOrder();
            case "resume":
                return new ResumeOrder();
            case "locate":
                return new LocateOrder(true);
            case "set_pools" when request.Pools.Select(static pool => (pool.Url, Asic.PoolUrl.Problem(pool.Url)))
                .FirstOrDefault(static pool => pool.Item2 is not null) is (string url, string problem):
                throw new CommandException(ExitCode.Usage,
                    $"The pool \"{SettingTypes.Shorten(SecretFilter.Url(url))}\" {problem}");
            case "set_pools" when request.Pools.Count is > 0 and <= PoolsMax
                && request.Pools.All(static pool => pool.Url.Length > 0 && pool.User.Length > 0):
                return new SetPoolsOrder([.. request.Pools.Select(static pool =>
                    new FleetPool(pool.Url, pool.User, new FleetSecret(pool.Password)))]);
            case "set_pools":
                throw new CommandException(ExitCode.Usage,
                    $"Pools need an address and a user each, and there may be 1 to {PoolsMax}");
            default:
                throw new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(request.Order)}\" is no "
                    + $"order; there are {string.Join(", ", Words)}");
        }
    }

    /// <summary>What an action of a rule means for a device; or why there is nothing to do.</summary>
    public static (FleetOrder? Order, string? Refusal) ForAction(
        string action, FleetDevice device, FleetAbilities abilities, FleetTuning tuning,
            IReadOnlyList<FleetPool> pools, IReadOnlyList<PayoutEntry> agreed)
    {
        FleetOrder? order = action switch
        {
            "restart" => abilities.HasFlag(FleetAbilities.Restart) ? new RestartOrder() : new RebootOrder(),
            "reboot" => new RebootOrder(),
            "pause" => new PauseOrder(),
            "clock_down" => device.Reading?.Power.ClockMhz is { } clock && Below(tuning, clock) is { } lower
                ? new SetClockOrder(lower) : null,
            "restore_pools" when pools.Count > 0 => new SetPoolsOrder(pools),
            "restore_pools" when agreed.Count > 0 =>
                new SetPoolsOrder(
                [.. agreed.Take(PoolsMax)
                .Select(static pool => new FleetPool(pool.Url, pool.User, new FleetSecret("x")))]),
            _ => null,
        };
        return order is null
            ? (null, action == "clock_down" ? "the device lists no lower clock"
                : "it is not known what its pools should be; write asic.fleet.pools")
            : (abilities & order.Needs) == 0 ? (null, $"its driver cannot {order.Words}") : (order, null);
    }

    private static double? Below(FleetTuning tuning, double clock) =>
        tuning.ClocksMhz.Where(listed => listed < clock - 1).Select(static listed => (double?)listed).Max();
}

/// <summary>What a person wants done.</summary>
internal sealed record FleetOrderRequest
{
    /// <summary>Ids, addresses or host names.</summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>One of FleetOrders.Words.</summary>
    public required string Order { get; init; }

    public IReadOnlyList<FleetPoolRequest> Pools { get; init; } = [];

    /// <summary>Written down and not sent.</summary>
    public bool DryRun { get; init; }

    /// <summary>For the audit log.</summary>
    public string By { get; init; } = "a person";
}

internal sealed record FleetPoolRequest(string Url, string User, string Password)
{
    /// <summary>Without the password: records are printed where nobody expects it.</summary>
    public override string ToString() => $"{Url} as {User}";
}
