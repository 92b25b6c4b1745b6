using Shop.Backoffice;
using Shop.ServiceDefaults;

return await ServiceHost.Run(args, BackofficeService.Build);
