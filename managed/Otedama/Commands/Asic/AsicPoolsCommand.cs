using System.CommandLine;
using System.Text;
using Otedama.Interop;

namespace Otedama;

internal static class AsicPoolsCommand
{
    public static Command Build(CommandContext context)
    {
        Command pools = new("pools", "The pools that devices mine on.");
        Command set = new("set", "Give devices other pools; what they pay then is agreed to. The old pool is "
            + "left once the new one works, where the device can.");
        Argument<string[]> devices = AsicOrderCommand.Devices(ArgumentArity.OneOrMore);
        Option<string[]> url = new("--pool")
        {
            Description = "Address, in order of preference; may be given "
            + "several times.",
            HelpName = "URL",
            Required = true
        };
        Option<string> user = new("--user")
        {
            Description = "Whom the pools know: a worker, or a payout address.",
            HelpName = "USER",
            Required = true
        };
        Option<string?> file = new("--password-file")
        {
            Description = "File with the pools' password; x where "
            + "none is given.",
            HelpName = "FILE"
        };
        Option<bool> dryRun = AsicOrderCommand.DryRun();
        set.Arguments.Add(devices);
        set.Options.Add(url);
        set.Options.Add(user);
        set.Options.Add(file);
        set.Options.Add(dryRun);
        set.SetAction((result, stop) =>
        {
            string password = PasswordIn(result.GetValue(file));
            return AsicOrderCommand.OrderAsync(context, result, new FleetOrderRequest
            {
                Devices = result.GetValue(devices) ?? [],
                Order = "set_pools",
                Pools = [.. (result.GetValue(url) ?? []).Select(address =>
                    new FleetPoolRequest(Plain(address), result.GetRequiredValue(user), password))],
                DryRun = result.GetValue(dryRun),
                By = "asic pools set",
            }, stop);
        });
        pools.Subcommands.Add(set);
        return pools;
    }

    /// <summary>Throws CommandException for an address with a password in it: addresses are shown and kept.</summary>
    private static string Plain(string address) => address.Contains('@', StringComparison.Ordinal)
        ? throw new CommandException(
            ExitCode.Usage, "--pool: the address has a user or password in it, and addresses are shown and kept. Give "
                + "--user, and the password in --password-file.")
        : address;

    private static string PasswordIn(string? path)
    {
        if (path is null)
        {
            return "x";
        }
        try
        {
            return Encoding.UTF8.GetString(GivenFile.ReadAll(path, FleetChoice.PasswordFileMax)).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(ExitCode.Usage, $"--password-file: {e.Message}");
        }
    }
}
