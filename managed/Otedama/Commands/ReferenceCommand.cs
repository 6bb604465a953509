using System.CommandLine;

namespace Otedama;

/// <summary>Prints the generated pages of docs/reference.</summary>
internal static class ReferenceCommand
{
    public static Command Build(CommandContext context)
    {
        Command reference = new("reference", "Print a page of docs/reference.") { Hidden = true };
        Argument<string> page = new("page") { Description = "config, cli or metrics" };
        page.AcceptOnlyFromAmong("config", "cli", "metrics");
        reference.Arguments.Add(page);
        reference.SetAction(result => context.Outside.Out.Write(result.GetValue(page) switch
        {
            "config" => ConfigurationPages.Reference(),
            "cli" => CommandPages.Reference(context),
            _ => MetricsPages.Reference(),
        }));
        return reference;
    }
}
