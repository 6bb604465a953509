using System.CommandLine;

namespace Otedama;

internal static class ProfileCommand
{
    public static Command Build()
    {
        Command profile = LaterCommand.Build(
            "profile",
            "Say where a running instance spends its time",
            "This version has no profiler; no profile was taken. Rates and latencies are in: otedama stats.");
        profile.Options.Add(new Option<string?>("--duration") { Description = "How long to watch, such as 60s.", HelpName = "TIME" });
        return profile;
    }
}
