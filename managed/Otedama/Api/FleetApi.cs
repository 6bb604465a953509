using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Otedama.Asic;
using Otedama.Wire;

namespace Otedama;

/// <summary>The part of the local API below /api/v1/fleet.</summary>
internal sealed class FleetApi(IInstance instance)
{
    private const double HoursMax = 168;

    public HttpRoutes AddTo(HttpRoutes routes) => routes
        .Get("/api/v1/fleet", (context, _) => FleetAsync(context))
        .Get("/api/v1/fleet/device", (context, _) => OfDeviceAsync(context, static (fleet, name) =>
            fleet.Device(name), AnswerJson.Default.FleetDeviceAnswer))
        .Get("/api/v1/fleet/history", (context, _) => HistoryAsync(context))
        .Post("/api/v1/fleet/order", OrderAsync)
        .Post("/api/v1/fleet/agree", (context, _) => DoAsync(context, fleet =>
            Task.FromResult(fleet.Agree(NameIn(context)))))
        .Post("/api/v1/fleet/tune", (context, stop) => DoAsync(context, fleet =>
            fleet.TuneAsync(NameIn(context), context.Request.Query["goal"].ToString(), stop)))
        .Post("/api/v1/fleet/curtail", (context, _) => DoAsync(context, fleet =>
            Task.FromResult(Curtail(fleet, context))));

    private Task FleetAsync(HttpContext context) =>
        !TryNumber(context, "offset", 0, 0, out int offset) || !TryNumber(context, "limit", FleetPage.Usual, 1, out int limit)
            ? HttpReply.TextAsync(context, 400, $"offset and limit are whole numbers up to {FleetWatch.DevicesMax}\n")
            : JsonAsync(context, instance.Fleet?.Fleet(new FleetPage(offset, limit)) ?? FleetAnswer.None,
                AnswerJson.Default.FleetAnswer);

    private static bool TryNumber(HttpContext context, string name, int usual, int least, out int number)
    {
        string asked = context.Request.Query[name].ToString();
        number = usual;
        return asked.Length == 0 || (int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number >= least && number <= FleetWatch.DevicesMax);
    }

    private static string NameIn(HttpContext context) => context.Request.Query["device"].ToString();

    private static FleetOrderAnswer Curtail(IFleetView fleet, HttpContext context)
    {
        string watts = context.Request.Query["watts"].ToString();
        double most = 0;
        if (watts.Length > 0 && (!double.TryParse(watts, NumberStyles.Float, CultureInfo.InvariantCulture, out most)
            || most is not (>= 0 and < 1e12)))
        {
            throw new CommandException(ExitCode.Usage, $"\"{SettingTypes.Shorten(watts)}\" is no number of watts");
        }
        string? group = context.Request.Query["group"];
        return fleet.Curtail(watts.Length > 0 ? most : null, string.IsNullOrEmpty(group) ? null : group,
            context.Request.Query["skip_unknown"] == "true");
    }

    private Task HistoryAsync(HttpContext context)
    {
        string asked = context.Request.Query["hours"].ToString();
        double hours = 1;
        return asked.Length > 0 && (!double.TryParse(asked, NumberStyles.Float, CultureInfo.InvariantCulture,
            out hours) || hours is not (> 0 and <= HoursMax))
            ? HttpReply.TextAsync(context, 400, $"hours is no number of hours; allowed: up to {HoursMax:0}\n")
            : OfDeviceAsync(context, (fleet, name) => fleet.History(name, TimeSpan.FromHours(hours)),
                AnswerJson.Default.FleetHistoryAnswer);
    }

    private async Task OrderAsync(HttpContext context, CancellationToken stop)
    {
        FleetOrderRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(await HttpReply.ReadBodyAsync(context, stop),
                AnswerJson.Default.FleetOrderRequest);
        }
        catch (JsonException e)
        {
            await HttpReply.TextAsync(context, 400, $"the order is no JSON that is understood: {e.Message}\n");
            return;
        }
        await DoAsync(context, fleet => fleet.OrderAsync(request!, stop));
    }

    private Task OfDeviceAsync<T>(HttpContext context, Func<IFleetView, string, T?> read, JsonTypeInfo<T> type)
        where T : class
    {
        string name = NameIn(context);
        return instance.Fleet is not { } fleet ? NoFleetAsync(context)
            : read(fleet, name) is { } answer ? JsonAsync(context, answer, type)
            : HttpReply.TextAsync(context, 404, $"{fleet.Unknown(name).Message}\n");
    }

    private async Task DoAsync(HttpContext context, Func<IFleetView, Task<FleetOrderAnswer>> act)
    {
        if (instance.Fleet is not { } fleet)
        {
            await NoFleetAsync(context);
            return;
        }
        try
        {
            await JsonAsync(context, await act(fleet), AnswerJson.Default.FleetOrderAnswer);
        }
        catch (CommandException e)
        {
            await HttpReply.TextAsync(context, 400, e.Message.TrimEnd('.') + "\n");
        }
    }

    private static Task NoFleetAsync(HttpContext context) =>
        HttpReply.TextAsync(context, 400, "this instance watches no fleet: write asic.fleet.devices or "
            + "asic.fleet.ranges and restart it\n");

    private static Task JsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type) =>
        HttpReply.JsonAsync(context, 200, JsonSerializer.SerializeToUtf8Bytes(value, type));
}
