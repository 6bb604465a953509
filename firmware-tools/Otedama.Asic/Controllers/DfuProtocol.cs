using System.Globalization;

namespace Otedama.Asic;

/// <summary>Requests of the DFU class (USB DFU 1.1, table 3.2).</summary>
public enum DfuRequest : byte
{
    Detach = 0,
    Download = 1,
    Upload = 2,
    GetStatus = 3,
    ClearStatus = 4,
    GetState = 5,
    Abort = 6,
}

/// <summary>bState (table 4.2).</summary>
public enum DfuState : byte
{
    AppIdle = 0,
    AppDetach = 1,
    Idle = 2,
    DownloadSync = 3,
    DownloadBusy = 4,
    DownloadIdle = 5,
    ManifestSync = 6,
    Manifest = 7,
    ManifestWaitReset = 8,
    UploadIdle = 9,
    Error = 10,
}

/// <summary>bStatus (table 4.1).</summary>
public enum DfuStatusCode : byte
{
    Ok = 0,
    ErrTarget = 1,
    ErrFile = 2,
    ErrWrite = 3,
    ErrErase = 4,
    ErrCheckErased = 5,
    ErrProg = 6,
    ErrVerify = 7,
    ErrAddress = 8,
    ErrNotDone = 9,
    ErrFirmware = 10,
    ErrVendor = 11,
    ErrUsbReset = 12,
    ErrPowerOn = 13,
    ErrUnknown = 14,
    ErrStalled = 15,
}

/// <summary>Answer to GETSTATUS: status, wait in ms (24 bits, little-endian), state, number of a string.</summary>
public readonly record struct DfuStatus(DfuStatusCode Status, TimeSpan Poll, DfuState State, byte Text)
{
    public const int Length = 6;

    /// <summary>Null when these are not an answer.</summary>
    public static DfuStatus? Read(ReadOnlySpan<byte> bytes) =>
        bytes.Length == Length && bytes[4] <= (byte)DfuState.Error
            ? new((DfuStatusCode)bytes[0], TimeSpan.FromMilliseconds(bytes[1] | (bytes[2] << 8) | (bytes[3] << 16)),
            (DfuState)bytes[4], bytes[5])
            : null;

    /// <summary>What the code means, for people.</summary>
    public string Words => Status switch
    {
        DfuStatusCode.Ok => "no error",
        DfuStatusCode.ErrTarget => "the file is not for this device (errTARGET)",
        DfuStatusCode.ErrFile => "the file fails a check of the vendor (errFILE)",
        DfuStatusCode.ErrWrite => "the memory cannot be written (errWRITE)",
        DfuStatusCode.ErrErase => "erasing failed (errERASE)",
        DfuStatusCode.ErrCheckErased => "the memory is not empty after erasing (errCHECK_ERASED)",
        DfuStatusCode.ErrProg => "programming failed (errPROG)",
        DfuStatusCode.ErrVerify => "what was programmed reads back differently (errVERIFY)",
        DfuStatusCode.ErrAddress => "the address is outside its memory (errADDRESS)",
        DfuStatusCode.ErrNotDone => "it expected more data (errNOTDONE)",
        DfuStatusCode.ErrFirmware => "its firmware is damaged and cannot run (errFIRMWARE)",
        DfuStatusCode.ErrVendor => "a fault of the vendor's (errVENDOR)",
        DfuStatusCode.ErrUsbReset => "an unexpected USB reset (errUSBR)",
        DfuStatusCode.ErrPowerOn => "an unexpected power-on (errPOR)",
        DfuStatusCode.ErrUnknown => "something it has no name for (errUNKNOWN)",
        DfuStatusCode.ErrStalled => "a request it does not take in that state (errSTALLEDPKT)",
        _ => string.Create(CultureInfo.InvariantCulture, $"status {(byte)Status}"),
    };
}

/// <summary>A device in DFU mode did not do what it was asked; a sentence with the step, its status and what to
/// do.</summary>
public sealed class DfuException(string sentence, DfuStatus? status = null, Exception? inner = null)
    : IOException(sentence, inner)
{
    /// <summary>What it last answered; null = nothing.</summary>
    public DfuStatus? Status { get; } = status;
}
