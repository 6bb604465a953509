namespace Otedama.Interop;

/// <summary>
/// The native library: opened once per process, after its ABI and struct layouts were compared with ours.
/// </summary>
public static class Native
{
    /// <summary>What NativeException.Operation says when the library could not be opened.</summary>
    public const string OpenOperation = "open native library";

    private static readonly Lock s_gate = new();
    private static volatile bool s_open;

    /// <summary>
    /// Loads and opens the library. Idempotent, any thread. Throws NativeException when the library is missing, was
    /// built from other headers, or OTEDAMA_CPU names a flavour this machine cannot run.
    /// </summary>
    public static void Open()
    {
        if (s_open)
        {
            return;
        }
        lock (s_gate)
        {
            if (!s_open)
            {
                OpenOnce();
                s_open = true;
            }
        }
    }

    private static void OpenOnce()
    {
        const string operation = OpenOperation;
        try
        {
            CheckAbi(operation);
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException)
        {
            throw new NativeException(operation, "OTD_E_ABI", error.Message, "Build it with ./build.sh build.", error);
        }
        NativeException.ThrowIfFailed(Otd.otd_open(Otd.OTD_ABI_VERSION), operation);
    }

    private static void CheckAbi(string operation)
    {
        uint version = Otd.otd_abi_version();
        const string rebuild = "Rebuild native and managed code from one source tree: ./build.sh build.";
        if (version != Otd.OTD_ABI_VERSION)
        {
            string detail = $"the library speaks ABI {version}, this program {Otd.OTD_ABI_VERSION}";
            throw new NativeException(operation, "OTD_E_ABI", detail, rebuild);
        }
        List<string> differences = LayoutCheck.Differences();
        if (differences.Count > 0)
        {
            throw new NativeException(operation, "OTD_E_ABI", string.Join("; ", differences.Take(5)), rebuild);
        }
    }
}
