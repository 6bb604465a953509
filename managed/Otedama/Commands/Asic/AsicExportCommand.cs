using System.CommandLine;

namespace Otedama;

internal static class AsicExportCommand
{
    private static readonly string[] s_columns =
    [
        "id", "name", "address", "group", "state", "family", "model", "board", "chip", "version", "driver",
            "uptime_s", "hashrate_hs", "expected_hs", "temperature_c", "regulator_c",
        "power_w", "joule_per_th", "clock_mhz", "core_v", "accepted", "rejected", "pool", "user", "alarms",
    ];

    public static Command Build(CommandContext context)
    {
        Command export = new("export", "The fleet as a table: CSV, or with --json one object a line. What is not "
            + "known is empty.");
        export.SetAction(async (result, stop) =>
        {
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            FleetAnswer fleet = await door.FleetAsync(stop);
            RowWriter rows = new(context.Outside.Out, s_columns, result.GetValue(context.Json));
            foreach (FleetRow it in fleet.Devices)
            {
                object?[] values =
                [
                    it.Id, it.Name, it.Address, it.Group, it.State, it.Family, it.Model, it.Board, it.Chip,
                        it.Version, it.Driver, it.UptimeS, it.HashrateHs, it.ExpectedHs,
                    it.TemperatureC, it.RegulatorC, it.PowerW, it.JoulePerTh, it.ClockMhz, it.CoreV, it.Accepted,
                        it.Rejected, it.Pool, it.User,
                    string.Join(' ', it.Alarms.Select(static alarm => alarm.Alarm)),
                ];
                rows.Write([.. values.Select(static value => value ?? "")]);
            }
            rows.End();
            return AsicLines.CodeOf(fleet.Devices);
        });
        return export;
    }
}
