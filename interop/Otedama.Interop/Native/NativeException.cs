namespace Otedama.Interop;

/// <summary>The native code refused an operation. Says what was attempted, why it failed and what to do next.</summary>
public sealed class NativeException : Exception
{
    public NativeException(string operation, string statusName, string detail, string nextStep, Exception? inner = null)
        : base($"{operation} failed: {detail} ({statusName}). {nextStep}", inner)
    {
        Operation = operation;
        StatusName = statusName;
        Detail = detail;
        NextStep = nextStep;
    }

    /// <summary>What was attempted, such as "create sha256d engine".</summary>
    public string Operation { get; }

    /// <summary>Name of the status code, such as "OTD_E_MEMORY".</summary>
    public string StatusName { get; }

    public string Detail { get; }

    /// <summary>Whether a driver refuses what it was asked for, or answers it wrongly.</summary>
    public bool IsRefusal => StatusName is "OTD_E_DRIVER" or "OTD_E_SELFTEST" or "OTD_E_UNSUPPORTED";

    /// <summary>The device went away; nothing that was made for it will work again.</summary>
    public bool IsDeviceLost => StatusName == "OTD_E_DEVICE_LOST";

    /// <summary>One sentence: what the operator can do.</summary>
    public string NextStep { get; }

    /// <summary>Throws unless status is OTD_OK. Must run on the thread of the failed call, right after it.</summary>
    internal static void ThrowIfFailed(int status, string operation)
    {
        if (status != Otd.OTD_OK)
        {
            throw FromStatus(status, operation);
        }
    }

    internal static NativeException FromStatus(int status, string operation) =>
        new(operation, NativeText.StatusName(status), NativeText.LastError(), NextStepOf(status));

    private static string NextStepOf(int status) => status switch
    {
        Otd.OTD_E_ABI => "Rebuild native and managed code from one source tree: ./build.sh build.",
        Otd.OTD_E_UNSUPPORTED => "Choose another flavour or device; `otedama devices` shows what this machine can do.",
        Otd.OTD_E_MEMORY => "Free memory or choose a smaller dataset.",
        Otd.OTD_E_DRIVER or Otd.OTD_E_DEVICE_LOST => "Check the device and its driver, then start again.",
        Otd.OTD_E_DATASET => "Delete the dataset file to have it made again.",
        Otd.OTD_E_IO => "Check that the path exists, is writable and has room.",
        Otd.OTD_E_SELFTEST => "Do not mine with this flavour: force another with OTEDAMA_CPU and report the CPU model.",
        Otd.OTD_E_MISSING => "Check that it is plugged in and under that name.",
        Otd.OTD_E_BUSY => "Close the program that uses it.",
        Otd.OTD_E_DENIED => "Ask for the right to open it.",
        Otd.OTD_E_CANCELLED => "It was cancelled on request.",
        _ => "This is a mistake in the calling code; please report it with this message.",
    };
}
