namespace Otedama;

/// <summary>The one executable. Everything starts at CommandLine.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args)
    {
        PreferInlineSockets();
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

    /// <summary>
    /// What a socket received is handled on the thread that polled for it, without waking a pool worker: half of what a lone
    /// share costs. The runtime reads the variable when the first socket is made; one given by the user stays. Handlers on
    /// these threads never wait; whatever takes long (templates, requests to the API) goes on to a pool worker.
    /// </summary>
    private static void PreferInlineSockets()
    {
        const string variable = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
        if (Environment.GetEnvironmentVariable(variable) is null)
        {
            Environment.SetEnvironmentVariable(variable, "1");
        }
    }
}
