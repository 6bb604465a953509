using System.CommandLine;

namespace Otedama;

internal static class AsicStatusCommand
{
    public static Command Build(CommandContext context)
    {
        Command status = new("status", "Show the fleet, or everything of one device; asked of the running "
            + "instance, or of the devices where none runs.");
        Argument<string?> device = new("device")
        {
            Description = "Id, address or host name.",
            Arity = ArgumentArity.ZeroOrOne
        };
        Option<bool> agree = new("--agree")
        {
            Description = "The pools and the firmware this device has now are "
            + "as they should be: ends its security findings."
        };
        status.Arguments.Add(device);
        status.Options.Add(agree);
        status.SetAction(async (result, stop) =>
        {
            string? name = result.GetValue(device);
            if (name is null && result.GetValue(agree))
            {
                throw new CommandException(ExitCode.Usage,
                    "--agree needs a device: findings are agreed to one by one.");
            }
            using AsicDoor door = await AsicDoor.OpenAsync(context, result, stop);
            if (name is null)
            {
                FleetAnswer fleet = await door.FleetAsync(stop);
                context.Answer(result, fleet, AnswerJson.Default.FleetAnswer, AsicLines.Fleet);
                return AsicLines.CodeOf(fleet.Devices);
            }
            if (result.GetValue(agree))
            {
                context.Answer(result, await door.AgreeAsync(name, stop), AnswerJson.Default.FleetOrderAnswer,
                    AsicLines.Orders);
                return ExitCode.Done;
            }
            FleetDeviceAnswer one = await door.DeviceAsync(name, stop);
            context.Answer(result, one, AnswerJson.Default.FleetDeviceAnswer, AsicLines.Device);
            return AsicLines.CodeOf(one.Device);
        });
        return status;
    }
}
