using System.CommandLine;
using Otedama.Asic;
using Otedama.Interop;

namespace Otedama;

/// <summary>Keeps, compares and writes back what an ESP32-S3 cannot get again from anywhere.</summary>
internal static class AsicBackupCommand
{
    internal static Command Build(CommandContext context)
    {
        Command backup =
            new("backup", "Keep boot loader, partition table, settings and slot selection of an ESP32-S3, or all of "
            + "its flash. Writes nothing to it; interrupted, the same command goes on.");
        Option<string> device = Device();
        Option<string> to =
            new("--to")
            {
                Description = "Folder for the files; made where it is missing.",
                HelpName = "DIR",
                Required =
            true
            };
        Option<bool> whole = new("--whole")
        {
            Description = "All of the flash: some minutes with --stub, hours without where little of it is blank.",
        };
        Option<string?> stub = AsicWay.StubOption();
        foreach (Option option in (IEnumerable<Option>)[device, to, whole, stub])
        {
            backup.Options.Add(option);
        }
        backup.SetAction((result, stop) => AsicFlashing.GuardAsync(async () =>
        {
            string folder = result.GetValue(to)!;
            EspStub? loader = AsicWay.Of(false, result.GetValue(stub)).Stub;
            DurableFile.CreateFolder(folder);
            using EspSerialTarget target = AsicTargets.OpenEsp(result.GetValue(device)!, context.Outside.Clock, loader);
            EspBackup kept = await EspBackup.TakeAsync(
                target, folder, context.Outside.Clock, context.Say, stop, result.GetValue(whole));
            context.Answer(result, new AsicBackupAnswer(1, folder, kept), AnswerJson.Default.AsicBackupAnswer,
                static answer =>
                [.. answer.Backup.Parts.Select(
                    static part => $"{part.File}: {part.Length} bytes at {part.Address:x}, MD5 {part.Md5}"),
                    $"Kept of {answer.Backup.Device} in {answer.Folder}. The settings have passwords in them; only "
                        + "you can read the files."]);
            return ExitCode.Done;
        }));
        return backup;
    }

    internal static Command BuildRestore(CommandContext context)
    {
        Command restore =
            new("restore", "Write a backup back to the same ESP32-S3, by a plan that is shown and confirmed first.");
        Option<string> device = Device();
        Option<string> from =
            new("--from") { Description = "Folder of `otedama asic backup`.", HelpName = "DIR", Required = true };
        Option<bool> dryRun = new("--dry-run") { Description = "Show the plan; keep and write nothing." };
        Option<bool> plan =
            new("--plan") { Description = "Show the plan and keep it, to be carried out by flash --resume." };
        Option<string?> stub = AsicWay.StubOption();
        foreach (Option option in (IEnumerable<Option>)[device, from, dryRun, plan, stub])
        {
            restore.Options.Add(option);
        }
        restore.SetAction((result, stop) => AsicFlashing.GuardAsync(async () =>
        {
            string folder = result.GetValue(from)!;
            EspBackup backup = EspBackup.Open(folder, out byte[] bytes);
            using EspSerialTarget target = AsicTargets.OpenEsp(
                result.GetValue(device)!, context.Outside.Clock, AsicWay.Of(false, result.GetValue(stub)).Stub);
            FlashPlan made =
                backup.Plan(await target.ReadAsync(stop), folder, bytes, target.Name, context.Outside.Clock);
            string root = AsicFlashing.RootOf(context.Load(result), context);
            return await AsicFlashCommand.DecideAsync(
                context, result, made, bytes, root, target, result.GetValue(plan), result.GetValue(dryRun), stop);
        }));
        return restore;
    }

    internal static Command BuildVerify(CommandContext context)
    {
        Command verify =
            new("verify", "Compare an ESP32-S3 with an image or a backup, by the chip's own MD5. Writes nothing.");
        Option<string> device = Device();
        Option<string> against =
            new("--against") { Description = "Image, or folder of a backup.", HelpName = "PATH", Required = true };
        Option<string?> stub = AsicWay.StubOption();
        verify.Options.Add(device);
        verify.Options.Add(against);
        verify.Options.Add(stub);
        verify.SetAction((result, stop) => AsicFlashing.GuardAsync(async () =>
        {
            string path = result.GetValue(against)!;
            using EspSerialTarget target = AsicTargets.OpenEsp(
                result.GetValue(device)!, context.Outside.Clock, AsicWay.Of(false, result.GetValue(stub)).Stub);
            FlashDevice found = await target.ReadAsync(stop);
            IReadOnlyList<AsicVerifyPart> parts = Directory.Exists(path) ? OfBackup(path, target)
                : OfImage(path, found, target);
            bool same = parts.Count > 0 && parts.All(static part => part.Same || !part.Required)
                && parts.Any(static part => part.Same);
            context.Answer(result, new AsicVerifyAnswer(1, same, parts, found), AnswerJson.Default.AsicVerifyAnswer,
                static answer =>
                [.. answer.Parts.Select(
                    static part => $"{part.Name} at {part.Address:x}: {(part.Same ? "the same" : "another")}"),
                    answer.Same ? "The device has it." : "The device does not have it."]);
            return same ? ExitCode.Done : ExitCode.BadAnswer;
        }));
        return verify;
    }

    private static List<AsicVerifyPart> OfBackup(string folder, EspSerialTarget target)
    {
        EspBackup backup = EspBackup.Open(folder, out byte[] bytes);
        List<AsicVerifyPart> parts = [];
        int offset = 0;
        foreach (EspBackupPart part in backup.Parts)
        {
            parts.Add(new AsicVerifyPart(
                part.Name, part.Address, target.Has(part.Address, bytes.AsSpan(offset, part.Length)), true));
            offset += part.Length;
        }
        return parts;
    }

    /// <summary>A factory image in all its parts; an application in any slot.</summary>
    private static List<AsicVerifyPart> OfImage(string path, FlashDevice device, EspSerialTarget target)
    {
        ImageReport image = AsicFlashing.Inspector.InspectFile(path, out byte[] bytes);
        return image.Purpose switch
        {
            ImagePurpose.Factory => [.. image.Parts.Select(part => new AsicVerifyPart(
                part.Name, part.Address
                    ?? part.Offset, target.Has(
                    part.Address ?? part.Offset, bytes.AsSpan((int)part.Offset, (int)part.Length)), part.Name
                    is not ("nvs" or "otadata")))],
            ImagePurpose.App => [.. device.Slots.Where(slot => slot.Name != "www" && bytes.Length <= slot.Size)
                .Select(slot => new AsicVerifyPart(slot.Name, slot.Offset, target.Has(slot.Offset, bytes), false))],
            _ => throw new CommandException(
                ExitCode.BadAnswer,
                $"{path} ({image.Kind}) is neither an application nor a factory image of an ESP32-S3."),
        };
    }

    private static Option<string> Device() =>
        new("--device", "--port")
        {
            Description =
        "Port of the ESP32-S3: /dev/ttyACM0, COM3, tcp://HOST:PORT, usb:303a:1001.",
            HelpName = "ADDRESS",
            Required =
        true
        };
}

internal sealed record AsicBackupAnswer(int Schema, string Folder, EspBackup Backup);

/// <param name="Same">All that has to be the same is.</param>
internal sealed record AsicVerifyAnswer(int Schema, bool Same, IReadOnlyList<AsicVerifyPart> Parts, FlashDevice Device);

/// <param name="Address">Bytes from the start of the flash.</param>
/// <param name="Required">False: settings and selection change in use, and an application needs to be in one slot
/// only.</param>
internal sealed record AsicVerifyPart(string Name, long Address, bool Same, bool Required);
