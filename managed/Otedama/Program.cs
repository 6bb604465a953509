namespace Otedama;

/// <summary>The one executable. Everything starts at CommandLine.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        Surroundings outside = Surroundings.OfProcess();
        AppDomain.CurrentDomain.UnhandledException += (_, end) =>
        {
            // A thread of our own ended in a mistake: what it guarded is no longer sure, so the process ends, in words.
            if (end.ExceptionObject is Exception error)
            {
                Environment.Exit(Failure.Report(error, json: false, outside));
            }
        };
        return CommandLine.RunAsync(args, outside);
    }
}
